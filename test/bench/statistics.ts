const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** The middle one; of an even number the upper of the two. */
export function median(values: readonly number[]): number {
  const middle = sorted(values)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** What was measured beside what was measured in the same rounds. */
export const ratios = (values: readonly number[], others: readonly number[]): readonly number[] =>
  values.map((value, round) => value / (others[round] ?? Number.NaN));

/** The median, and the lowest and highest where there is more than one: `1.31 (1.25–1.40)`. */
export function spread(values: readonly number[]): string {
  const [middle, lowest, highest] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toFixed(2),
  );
  return values.length === 1 ? `${middle}` : `${middle} (${lowest}–${highest})`;
}
