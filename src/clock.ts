import { setTimeout as delay } from 'node:timers/promises';

/** The longest that a timer of Node's can wait, in milliseconds: one that is to wait longer goes off at once. */
const longestMs = 2 ** 31 - 1;

/** Resolves after `ms` (at most 24 days), or at once when the signal is aborted; never throws. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.min(longestMs, Math.max(0, ms)), undefined, { signal }).catch(() => undefined);
}

/** Milliseconds that never go back, whatever is done to the clock on the wall; only their differences mean something. */
export function monotonic(): number {
  return performance.now();
}
