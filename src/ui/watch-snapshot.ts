import { formatCount, formatDuration, plural } from '../core/text/wording.ts';
import { countTicks, shortDuration, type Tick, timeTicks } from './html-axis.ts';
import type { Style } from './lines.ts';
import { rateText } from './progress.ts';
import { controlTexts, reasonsOf, standing, type Watched } from './watch.ts';
import { type Chart, watchCharts } from './watch-page.ts';

/** When, and the numbers of the curves in the order of `watchCharts`; null where one is not known. */
export type Point = readonly [at: number, ...numbers: (number | null)[]];

/** A campaign that is watched, with how long its messages take. */
export interface Snapshot extends Watched {
  readonly latency?: { readonly halfMs: number; readonly mostMs: number } | undefined;
  readonly isOver: boolean;
}

/** What a snapshot adds to the curves; `at` is in milliseconds since 1970. */
export function pointOf({ report: { counts }, arrivals, perSecond, latency }: Snapshot, at: number): Point {
  const seconds = (ms: number | undefined) => (ms === undefined ? null : ms / 1000);
  const { delivered, failed } = arrivals;
  const { accepted, rejected } = counts;
  return [at, perSecond, seconds(latency?.halfMs), seconds(latency?.mostMs), accepted, delivered, rejected + failed];
}

/** How many points are kept for a page that is opened later. */
const keptPoints = 600;

/** The points with one more; of old ones every other goes when there are many. */
export function withPoint(points: readonly Point[], point: Point): readonly Point[] {
  if (points.length < keptPoints) return [...points, point];
  return [...points.filter((_, i) => i % 2 === 0), point];
}

/** All that the page shows of a snapshot, as data; `all` points are for a page that has none yet. */
export function snapshotJson(
  name: string,
  snapshot: Snapshot,
  { points, all, style }: { readonly points: readonly Point[]; readonly all: boolean; readonly style: Style },
) {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return {
    figures: figuresOf(snapshot),
    reasons: reasonsOf(snapshot.report, style),
    note: noteOf(name, snapshot),
    canRecall: snapshot.left > 0,
    isPaused: snapshot.control?.pausedAt !== undefined,
    rate: snapshot.control?.perSecond ?? null,
    isOver: snapshot.isOver,
    all,
    points: all ? points : points.slice(-1),
    times: timeTicks(first, last, 8),
    charts: watchCharts.map((chart) => drawing(chart, points)),
  };
}

function drawing({ id, title, curves }: Chart, points: readonly Point[]) {
  const top = Math.max(1, ...points.flatMap((point) => curves.map(({ column }) => point[column] ?? 0)));
  const ticks: Tick[] = countTicks(top, 4).map((at) => ({ at, label: formatCount(at) }));
  const now = curves.map(({ name, column }) => `${name} ${numberText(points.at(-1)?.[column])}`);
  return { id, curves, ticks, about: `${title}: ${now.join(', ')}` };
}

const numberText = (n: number | null | undefined): string =>
  n === null || n === undefined ? 'not known' : formatCount(Math.round(n * 10) / 10);

function figuresOf({ report: { counts }, arrivals, left, perSecond, toGoMs, latency }: Snapshot) {
  const { delivered, failed, onTheWay } = arrivals;
  const figure = (label: string, value: string, tone = '') => ({ label, value, tone });
  const some = (n: number, label: string, tone: string) => (n === 0 ? [] : [figure(label, formatCount(n), tone)]);
  return [
    figure('sent a second', rateText(perSecond)),
    figure('left', formatCount(left)),
    ...(left > 0 && toGoMs !== undefined ? [figure('to go', formatDuration(toGoMs))] : []),
    figure('accepted', formatCount(counts.accepted)),
    figure('delivered', formatCount(delivered), 'good'),
    ...some(onTheWay, 'on their way', ''),
    ...some(failed, 'not delivered', 'bad'),
    ...some(counts.rejected, 'refused', 'bad'),
    ...some(counts.unknown, 'unknown', 'open'),
    ...some(counts.canceled, 'canceled', ''),
    ...(latency === undefined ? [] : [figure('half within', shortDuration(latency.halfMs))]),
  ];
}

function noteOf(name: string, snapshot: Snapshot): string {
  const { left, isOver, arrivals } = snapshot;
  const still = standing(name, snapshot);
  if (still !== undefined) return still;
  const texts = controlTexts(snapshot).map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  if (texts.length > 0) return texts.join(' ');
  if (!isOver) return left > 0 ? 'Running.' : 'All has been sent; waiting for news of its delivery.';
  return arrivals.onTheWay > 0
    ? `Nothing is left to send. No news of ${plural(arrivals.onTheWay, 'message')} any more: the watch has ended.`
    : 'Nothing is left: the watch has ended.';
}
