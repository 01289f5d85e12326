import { type Breaker, breaker } from '../core/outcome/breaker.ts';
import { type ConcurrencyLimit, concurrencyLimit } from './concurrency.ts';

/** What a whole run shares, all its rounds: it is not begun afresh when something is sent again. */
export interface RunAccount {
  readonly concurrency: ConcurrencyLimit;
  /** Absent: the run goes on however many fail alike. */
  readonly breaker: Breaker | undefined;
  /** How many messages may still be sent; what certainly was not sent comes back. */
  left: number;
}

/** What a run may do. */
export interface RunAllowance {
  /** Requests at once. */
  readonly concurrency: number;
  /** The most messages to send; absent: all. */
  readonly limit?: number | undefined;
  readonly noBreaker?: boolean | undefined;
}

/** Opens the account of a run. */
export function runAccount({ concurrency, limit, noBreaker = false }: RunAllowance): RunAccount {
  return {
    concurrency: concurrencyLimit(concurrency),
    breaker: noBreaker ? undefined : breaker(),
    left: limit ?? Number.POSITIVE_INFINITY,
  };
}
