import type { Campaign } from '../ledger/plans.ts';
import type { Ports } from './ports.ts';

/** How often the time that is left is told, in milliseconds. */
const stepMs = 1000;

/**
 * Waits `waitMs` (milliseconds) before anything is sent. When the signal ends it before that, the campaign is recalled:
 * nothing of it is ever sent. Returns how many messages that canceled; undefined when the time has passed.
 */
export async function waitForUndo(
  { id }: Campaign,
  waitMs: number,
  {
    ledger,
    monotonic,
    sleep,
    signal,
    onWait,
  }: Omit<Ports, 'now' | 'random'> & { readonly onWait?: ((leftMs: number) => void) | undefined },
): Promise<number | undefined> {
  const until = monotonic() + waitMs;
  while (monotonic() < until && !signal.aborted) {
    onWait?.(until - monotonic());
    await sleep(Math.min(stepMs, until - monotonic()), signal);
  }
  return signal.aborted ? ledger.cancelPending(id) : undefined;
}
