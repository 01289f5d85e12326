import { describe, expect, it } from 'vitest';
import { binsOf, countTicks, shortDuration, timeTicks } from '../../src/ui/html-axis.ts';

const at = (time: string) => Date.parse(`2026-11-25T${time}Z`);
const day = 86_400_000;

describe('the axes', () => {
  it.each([
    [at('14:00:07'), at('14:00:31'), ['14:00:10', '14:00:15', '14:00:20', '14:00:25', '14:00:30']],
    [at('13:58:20'), at('14:03:00'), ['13:59', '14:00', '14:01', '14:02', '14:03']],
    [at('21:30:00'), at('21:30:00') + day / 4, ['22:00', '23:00', '26 Nov', '01:00', '02:00', '03:00']],
    [at('12:00:00'), at('12:00:00') + 5 * day, ['26 Nov', '27 Nov', '28 Nov', '29 Nov', '30 Nov']],
    [at('12:00:00.400'), at('12:00:01.100'), ['12:00:01']],
  ])('mark time from %i to %i as people count it', (from, to, labels) => {
    expect(timeTicks(from, to, 8).map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [2850, [0, 1000, 2000, 3000]],
    [0, [0, 1]],
  ])('mark counts up to %i', (top, ticks) => {
    expect(countTicks(top, 4)).toEqual(ticks);
  });

  it.each([
    [400, '0.4 s'],
    [4321, '4.3 s'],
    [60_000, '1 min'],
    [90_000, '1 min 30 s'],
    [7_200_000, '2 h'],
  ])('write %i ms as %s', (ms, text) => {
    expect(shortDuration(ms)).toBe(text);
  });
});

describe('the bins of times', () => {
  const shares = (sorted: readonly number[]) => binsOf(sorted).map(({ label, count }) => `${label}: ${count}`);
  const spread = (count: number, from: number, step: number) =>
    Array.from({ length: count }, (_, i) => from + i * step);

  it('have equal widths where the times lie together', () => {
    expect(shares(spread(60, 2000, 100))).toEqual([
      '2 s to 3 s: 10',
      '3 s to 4 s: 10',
      '4 s to 5 s: 10',
      '5 s to 6 s: 10',
      '6 s to 7 s: 10',
      '7 s to 8 s: 10',
    ]);
  });

  it('collect the few that took far longer', () => {
    expect(shares([...spread(100, 2000, 60), 3_600_000]).at(-1)).toBe('8 s and longer: 1');
  });

  it('grow where most would be in one', () => {
    const bins = shares([...spread(80, 1000, 10), ...spread(10, 60_000, 1000), ...spread(10, 3_600_000, 60_000)]);
    expect(bins[0]).toBe('1 s to 2 s: 80');
    expect(bins).toContain('1 min to 2 min: 10');
  });

  it.each([[[0]], [[40, 40, 40]], [[7000]], [spread(500, 0, 7)], [spread(500, 10, 77_777)]])(
    'hold each time once (%#)',
    (sorted) => {
      const bins = binsOf(sorted);
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(sorted.length);
      expect(bins.length).toBeLessThanOrEqual(30);
      expect(bins[0]?.count).toBeGreaterThan(0);
    },
  );
});
