/** A name for a campaign that was given none: what it is, when, and a few letters that keep it apart from its twins. */
export function autoName(stem: string, nowMs: number, random: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  const suffix = Math.floor(random * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${stem}-${time}-${suffix}`;
}
