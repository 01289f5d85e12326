/** How many requests may be out at once: halved when Twilio is busy, grown back by success. */
export interface ConcurrencyLimit {
  readonly current: () => number;
  readonly onSuccess: () => void;
  readonly onBusy: () => void;
}

/** A limit between 1 and `max` that starts at `max`: additive increase, multiplicative decrease. */
export function concurrencyLimit(max: number): ConcurrencyLimit {
  let limit = max;
  return {
    current: () => Math.max(1, Math.floor(limit)),
    onSuccess: () => {
      limit = Math.min(max, limit + 1 / limit);
    },
    onBusy: () => {
      limit = Math.max(1, limit / 2);
    },
  };
}
