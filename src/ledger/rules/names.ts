/** What a campaign is called that nobody has named, `at` milliseconds since 1970: what, when, and its id as far as needed. */
export interface FreshNames {
  /** `customers-20261123-1000-7f3a`. */
  readonly short: string;
  /** With the whole id: for the rare case that the short one is taken. */
  readonly long: string;
}

/** Names a campaign after its input, by the minute. */
export function freshNames(stem: string, id: string, at: number): FreshNames {
  const time = new Date(at).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  return { short: `${stem}-${time}-${id.slice(0, 4)}`, long: `${stem}-${time}-${id}` };
}
