import type { Lease, Runs } from '../ledger/runs.ts';

/** How often a run shows that it is alive, in milliseconds; the ledger takes it for dead after six of these. */
const renewMs = 10_000;

/** What a heartbeat works with. */
interface Heartbeat {
  readonly ledger: Runs;
  readonly lease: Lease;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears once that somebody else has the lease. */
  readonly lost: () => void;
  readonly failed: (error: unknown) => void;
}

/** Keeps a lease alive until the returned function is called. */
export function keepLease({ ledger, lease, sleep, lost, failed }: Heartbeat): () => void {
  const stop = new AbortController();
  const beat = async (): Promise<void> => {
    for (;;) {
      await sleep(renewMs, stop.signal);
      if (stop.signal.aborted) return;
      if (!(await ledger.renew(lease))) return lost();
    }
  };
  beat().catch(failed);
  return () => stop.abort();
}
