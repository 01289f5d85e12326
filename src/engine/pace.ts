/** Lets messages of one sender go, so many a second and evenly. */
export interface Pacer {
  /** How many may go now, at most `wanted`; none means wait `waitMs`. */
  take(wanted: number): { readonly granted: number; readonly waitMs: number };
}

/** How much of a second's messages may catch up at once after a delay: well under the tenth that is promised. */
const burstShare = 0.05;

/**
 * A pacer at `perSecond`; any second sees at most 1.1 times that. Without a rate everything goes at once.
 * `now` gives milliseconds and must never go back.
 */
export function pacer(perSecond: number | undefined, now: () => number): Pacer {
  if (perSecond === undefined) return { take: (wanted) => ({ granted: wanted, waitMs: 0 }) };
  const gapMs = 1000 / perSecond;
  const burstMs = Math.floor(perSecond * burstShare) * gapMs;
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    take: (wanted) => {
      const at = now();
      nextAt = Math.max(nextAt, at - burstMs);
      let granted = 0;
      while (granted < wanted && nextAt <= at) {
        granted++;
        nextAt += gapMs;
      }
      return { granted, waitMs: Math.max(0, nextAt - at) };
    },
  };
}
