import type { Lease, Ledger } from '../ledger/ledger.ts';

/** How often a run shows that it is alive, in milliseconds; the ledger takes it for dead after six of these. */
const renewMs = 10_000;

/** Keeps a lease alive until the returned function is called. `lost` hears once that somebody else has it. */
export function keepLease(
  ledger: Ledger,
  lease: Lease,
  lost: () => void,
  failed: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    ledger.renew(lease).then((held) => held || lost(), failed);
  }, renewMs);
  return () => clearInterval(timer);
}
