import { formatDuration } from '../core/text/wording.ts';

/** A mark on an axis: where it stands, and what it says. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** Steps in which people count time, in milliseconds. */
const timeSteps: readonly number[] = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * day),
];

/** The smallest step that divides a span into at most so many parts. */
function timeStep(spanMs: number, most: number): number {
  return timeSteps.find((step) => spanMs / step <= most) ?? 365 * day;
}

/** Marks for a span of time (milliseconds since 1970) in UTC, each with the part of the date that says it. */
export function timeTicks(from: number, to: number, most: number): readonly Tick[] {
  const step = Math.max(second, timeStep(to - from, most));
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, i) => ({ at: first + i * step, label: timeLabel(first + i * step, step) }));
}

function timeLabel(at: number, step: number): string {
  const [, , date = '', month = '', , time = ''] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(utc(at)) ?? [];
  if (step >= day || at % day === 0) return `${Number(date)} ${month}`;
  return step < minute ? time : time.slice(0, 5);
}

/** `Wed, 25 Nov 2026 14:05:00 GMT`. */
const utc = (at: number): string => new Date(at).toUTCString();

/** Marks from 0 for counts up to `top`, the last of them at `top` or above it. */
export function countTicks(top: number, most: number): readonly number[] {
  const rough = Math.max(1, top / most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10);
  return Array.from({ length: Math.max(1, Math.ceil(top / step)) + 1 }, (_, i) => i * step);
}

/** `0.4 s`, `2 min`, `1 min 30 s`; from milliseconds. */
export function shortDuration(ms: number): string {
  if (ms < 10 * second) return `${Math.round(ms / 100) / 10} s`;
  return formatDuration(ms).replace(/ 0 (s|min)$/, '');
}

/** How many of some times lie between two edges. */
export interface Bin {
  readonly label: string;
  readonly count: number;
}

/** How many bins of equal width are made at most, and edges that grow by about two each, for what is spread wide. */
const mostBins = 8;
const growing = timeSteps.filter((step) => step !== 15 * second && step !== 15 * minute);

/** Sorts times (milliseconds, in rising order) into bins that fit them: of equal width unless most would be in one. */
export function binsOf(sorted: readonly number[]): readonly Bin[] {
  const [lowest, highest] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const nearlyAll = sorted[Math.floor((sorted.length - 1) * 0.98)] ?? 0;
  const step = timeStep(nearlyAll - lowest, mostBins - 1);
  const first = Math.floor(lowest / step) * step;
  const equal = countBetween(
    sorted,
    Array.from({ length: Math.floor((nearlyAll - first) / step) + 2 }, (_, i) => first + i * step),
  );
  const from = growing.findLastIndex((edge) => edge <= lowest);
  const to = growing.findIndex((edge) => edge > highest);
  const spread = countBetween(sorted, [from < 0 ? 0 : (growing[from] ?? 0), ...growing.slice(from + 1, to + 1)]);
  const largest = (bins: readonly Bin[]) => Math.max(...bins.map(({ count }) => count)) / sorted.length;
  return largest(equal) <= Math.max(0.5, largest(spread)) ? equal : spread;
}

function countBetween(sorted: readonly number[], edges: readonly number[]): readonly Bin[] {
  const below = edges.map((edge) => {
    const at = sorted.findIndex((ms) => ms >= edge);
    return at < 0 ? sorted.length : at;
  });
  const bins = edges.slice(1).map((edge, i) => ({
    label:
      edges[i] === 0 ? `under ${shortDuration(edge)}` : `${shortDuration(edges[i] ?? 0)} to ${shortDuration(edge)}`,
    count: (below[i + 1] ?? 0) - (below[i] ?? 0),
  }));
  const left = sorted.length - (below.at(-1) ?? 0);
  return left === 0 ? bins : [...bins, { label: `${shortDuration(edges.at(-1) ?? 0)} and longer`, count: left }];
}
