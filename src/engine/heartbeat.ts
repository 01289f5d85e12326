import { type Lease, leaseMs, type Runs } from '../ledger/runs.ts';

/** How often a run shows that it is alive, in milliseconds: five times before the ledger takes it for dead. */
const renewMs = leaseMs / 6;

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
