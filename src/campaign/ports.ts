import { monotonic, sleep } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Time and chance, as a use case sees them. */
export interface Clock {
  /** Milliseconds since 1970, by the clock on the wall: it can be set back and forward. */
  readonly now: () => number;
  /** Milliseconds that never go back, for all that lasts. */
  readonly monotonic: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never throws. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

/** This machine's clocks. */
export const systemClock: Clock = { now: Date.now, monotonic, sleep, random: Math.random };

/** What every use case works with. */
export interface Ports extends Clock {
  readonly ledger: Ledger;
  /** Ends the work: what is on its way is waited for and recorded. */
  readonly signal: AbortSignal;
}
