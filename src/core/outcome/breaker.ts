import type { SendResult } from '../message.ts';

/** What most of the last messages failed with. */
export interface Tripped {
  /** Absent when no answer can be trusted. */
  readonly code?: number;
  readonly reason: string;
}

/** Tells when going on makes no sense: most of the last messages ended badly, and all in the same way. */
export interface Breaker {
  readonly add: (result: SendResult) => Tripped | undefined;
}

/** How many messages it looks back on, and how many of them must have failed alike. */
const windowSize = 40;
const tripsAt = 32;

/** A breaker for one run. Retries do not count: they are handled by waiting. */
export function breaker(): Breaker {
  const last: string[] = [];
  const counts = new Map<string, number>();
  return {
    add: (result) => {
      if (result.kind === 'retry' || result.kind === 'stop') return undefined;
      const way = result.kind === 'rejected' ? String(result.code) : result.kind;
      last.push(way);
      counts.set(way, (counts.get(way) ?? 0) + 1);
      const gone = last.length > windowSize ? last.shift() : undefined;
      if (gone !== undefined) counts.set(gone, (counts.get(gone) ?? 0) - 1);
      if (result.kind === 'accepted' || (counts.get(way) ?? 0) < tripsAt) return undefined;
      return result.kind === 'rejected' ? { code: result.code, reason: result.reason } : { reason: result.reason };
    },
  };
}
