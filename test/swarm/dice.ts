/** Chance that comes out the same for the same seed. */
export interface Dice {
  /** In [0, 1). */
  readonly roll: () => number;
  readonly chance: (share: number) => boolean;
  /** A whole number, both ends included. */
  readonly int: (from: number, to: number) => number;
  /** Between two positive numbers; the small ones as likely as the large. */
  readonly skewed: (from: number, to: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]] | readonly T[]) => T;
  /** Picks by weight. */
  readonly weighted: <T>(...from: readonly (readonly [weight: number, value: T])[]) => T;
}

/** Dice of their own for one purpose, so that another throw elsewhere does not change these. */
export function dice(seed: number, purpose: string): Dice {
  let state = seed >>> 0;
  for (const letter of purpose) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const roll = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
  const int = (from: number, to: number) => from + Math.floor(roll() * (to - from + 1));
  return {
    roll,
    int,
    chance: (share) => roll() < share,
    skewed: (from, to) => from * (to / from) ** roll(),
    pick: <T>(from: readonly T[]) => from[int(0, from.length - 1)] as T,
    weighted: <T>(...from: readonly (readonly [number, T])[]) => {
      let left = roll() * from.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of from) {
        left -= weight;
        if (left < 0) return value;
      }
      return from.at(-1)?.[1] as T;
    },
  };
}
