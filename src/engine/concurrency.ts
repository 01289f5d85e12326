/** How many requests may be out at once: halved when Twilio is busy, grown back by success. */
export interface ConcurrencyLimit {
  readonly current: () => number;
  readonly onSuccess: () => void;
  readonly onBusy: () => void;
}

/** How much slower the limit grows where Twilio was busy before: each probe may cost a pause for everyone. */
const probeSlowness = 200;

/** A limit between 1 and `max` that starts at `max`: additive increase, multiplicative decrease, with a memory. */
export function concurrencyLimit(max: number): ConcurrencyLimit {
  let limit = max;
  /** The most that went well; above it the limit only probes. */
  let knownGood = max;
  let hasProgressed = true;
  return {
    current: () => Math.max(1, Math.floor(limit)),
    onSuccess: () => {
      hasProgressed = true;
      limit = Math.min(max, limit + 1 / (limit * (limit < knownGood ? 1 : probeSlowness)));
    },
    onBusy: () => {
      // A storm that lets nothing through says nothing about how many at once would be too many.
      if (hasProgressed) knownGood = Math.max(1, Math.floor(limit) - 1);
      hasProgressed = false;
      limit = Math.max(1, limit / 2);
    },
  };
}
