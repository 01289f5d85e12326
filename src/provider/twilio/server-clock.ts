import { readHttpDate } from './retry-after.ts';

/** What the answers of a server tell of its clock. Times in milliseconds. */
export interface ServerClock {
  /** Takes the headers of an answer that has just come, to a request that left at `sentAt` of the monotonic clock. */
  learn(headers: Readonly<Record<string, unknown>>, sentAt: number): void;
  /**
   * How far the server's clock is ahead of our wall clock, within about two seconds. Undefined while that is not known:
   * before the first answer, after a slow one, and from when our wall clock has jumped until the next answer.
   */
  aheadMs(): number | undefined;
  /** Since when our wall clock has run evenly, by itself: what was written down from then on can be read by `aheadMs`. */
  steadySince(): number;
}

/** Our own clocks: the time of day since 1970, and one that never goes back. */
export interface OwnClocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/** The clocks of this machine. */
export const machineClocks: OwnClocks = { wall: Date.now, monotonic: () => performance.now() };

/** A date further off than this (a year) is nonsense. */
const farOffMs = 366 * 86_400_000;

/** An offset that is known less well than this, between its least and its most, says nothing. */
const widestMs = 4000;

/** Our two clocks drift apart by less than this from one look to the next, unless one was set, or the machine slept. */
const jumpMs = 1000;

/** How far the server's clock is ahead of our monotonic one: at least, and at most. */
interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Learns a server's clock from its `Date` headers. Each has whole seconds, and was written between request and answer;
 * what several say together is narrower than that. It is kept against the monotonic clock, since ours may be set.
 */
export function serverClock({ wall, monotonic }: OwnClocks = machineClocks): ServerClock {
  const wallAheadNow = () => wall() - monotonic();
  let ahead: Range | undefined;
  let wallAhead = wallAheadNow();
  let steadySince = wall();
  const noticeJumps = (): void => {
    if (Math.abs(wallAheadNow() - wallAhead) > jumpMs) {
      steadySince = wall();
      ahead = undefined;
    }
    wallAhead = wallAheadNow();
  };
  return {
    learn: (headers, sentAt) => {
      noticeJumps();
      const date = readHttpDate(headers['date']);
      // An answer from a cache has the date of when it was made.
      const isCached = Number(headers['age'] ?? 0) !== 0;
      if (date === undefined || isCached || Math.abs(date - wall()) > farOffMs) return;
      const heard = { least: date - monotonic(), most: date + 1000 - sentAt };
      ahead = both(ahead, heard) ?? heard;
    },
    aheadMs: () => {
      noticeJumps();
      if (!ahead || ahead.most - ahead.least > widestMs) return undefined;
      return Math.round((ahead.least + ahead.most) / 2 - wallAheadNow());
    },
    steadySince: () => {
      noticeJumps();
      return steadySince;
    },
  };
}

/** What agrees with both; undefined when nothing does: one of the clocks has been set since. */
function both(known: Range | undefined, heard: Range): Range | undefined {
  if (!known) return undefined;
  const range = { least: Math.max(known.least, heard.least), most: Math.min(known.most, heard.most) };
  return range.least <= range.most ? range : undefined;
}
