import type { Happening, Of, Terms } from './history.ts';

/** Says what is wrong when something does not hold. */
export type Must = (holds: boolean, otherwise: string) => void;

/** One run: what it was asked for, and all it did. */
export interface RunBook {
  readonly name: string;
  readonly campaign: string;
  readonly terms: Terms;
  /** All of it, in its order. */
  readonly events: Happening[];
}

/** A history, sorted so that it can be judged. */
export interface Book {
  readonly history: readonly Happening[];
  readonly of: <Kind extends Happening['kind']>(kind: Kind) => readonly Of<Kind>[];
  readonly runs: ReadonlyMap<string, RunBook>;
  readonly plans: ReadonlyMap<string, Of<'plan'>>;
  readonly requests: ReadonlyMap<number, Of<'request'>>;
  readonly creates: ReadonlyMap<string, readonly Of<'create'>[]>;
}

/** Sorts a history. */
export function toBook(history: readonly Happening[]): Book {
  const byKind = new Map<string, Happening[]>();
  const runs = new Map<string, RunBook>();
  for (const one of history) {
    add(byKind, one.kind, one);
    if (one.kind === 'begin') {
      runs.set(one.run, { name: one.run, campaign: one.campaign, terms: one.terms, events: [] });
    }
    if ('run' in one) runs.get(one.run)?.events.push(one);
  }
  const of = <Kind extends Happening['kind']>(kind: Kind) => (byKind.get(kind) ?? []) as Of<Kind>[];
  const creates = new Map<string, Of<'create'>[]>();
  // In the order of their requests: one may be worked off long after the next.
  const inOrder = [...of('create')].sort((a, b) => (a.request ?? 0) - (b.request ?? 0));
  for (const one of inOrder) if (one.row !== undefined) add(creates, one.row, one);
  return {
    ...{ history, of, runs, creates },
    plans: new Map(of('plan').map((one) => [one.row, one])),
    requests: new Map(of('request').map((one) => [one.request, one])),
  };
}

/** Adds to a group. */
export function add<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
