import type { Report, TimelinePoint } from '../core/outcome/report.ts';
import { formatCount, plural } from '../core/text/wording.ts';
import { binsOf, countTicks, shortDuration, timeTicks } from './html-axis.ts';
import { barRow, type Column, escapeHtml, table } from './html-table.ts';

const tone = (word: string): string => {
  if (['delivered', 'read', 'sent'].includes(word)) return 'good';
  return ['undelivered', 'failed', 'rejected', 'invalid'].includes(word) ? 'bad' : 'open';
};

const barColumns = (label: string, top = 1): readonly Column[] => [
  { name: label, kind: 'label' },
  { name: 'Messages', kind: 'number' },
  { name: 'Share', kind: 'share', top },
];

/** What became of the rows, as bars with their numbers beside them: no meaning hangs on colour. */
export function statusChart({ rows, counts, statuses }: Report): string {
  const { accepted, ...others } = counts;
  // What was called back from Twilio is told twice: as a state, and by Twilio's own word.
  const { canceled: _, ...words } = statuses;
  const untold = accepted - Object.values(words).reduce((sum, n) => sum + n, 0);
  const bars = Object.entries({ ...words, accepted: untold, ...others })
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([word, n]) => barRow(escapeHtml(word), n, { share: n / Math.max(1, rows), tone: tone(word) }));
  return table('What became of them', barColumns('Status'), bars);
}

/** How long messages took (milliseconds, in no order), in bins that fit them. */
export function deliveryChart(deliveryMs: readonly number[]): string {
  if (deliveryMs.length === 0) return '';
  const sorted = [...deliveryMs].sort((a, b) => a - b);
  const at = (share: number) =>
    shortDuration(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const bins = binsOf(sorted);
  const largest = Math.max(...bins.map(({ count }) => count)) / sorted.length;
  const top = [0.1, 0.2, 0.4, 0.6, 0.8].find((share) => share >= largest) ?? 1;
  const rows = bins.map(({ label, count }) =>
    barRow(label, count, { share: count / sorted.length / top, tone: 'good' }),
  );
  const title = `Time to deliver: half within ${at(0.5)}, nine of ten within ${at(0.9)}, 99 of 100 within ${at(0.99)}`;
  return table(title, barColumns('Time', top), rows);
}

/** The lines of the chart, each told apart by its dashes too. */
const drawn: readonly (readonly [status: string, tone: string, dashes: string])[] = [
  ['sent', 'open', '2 3'],
  ['delivered', 'good', 'none'],
  ['undelivered', 'bad', '6 3'],
  ['failed', 'bad', '1 4'],
];

const chart = { width: 700, height: 160 };

/** As many marks as have room; on a narrow display every other time is left out. */
const most = { times: 8, counts: 4 };

/** How many messages had come to each status by when, as lines; the numbers they come to stand below. */
export function timelineChart(timeline: readonly TimelinePoint[]): string {
  const known = drawn.filter(([status]) => timeline.some((point) => point.status === status));
  const first = timeline[0]?.at ?? 0;
  const last = timeline.at(-1)?.at ?? 0;
  if (known.length === 0 || first === last) return '';
  const until = endOfScale(timeline);
  const sums = known.map(([status]) => runningSum(timeline.filter((point) => point.status === status)));
  const counts = countTicks(Math.max(...sums.map((steps) => steps.at(-1)?.[1] ?? 0)), most.counts);
  const top = counts.at(-1) ?? 1;
  const x = (at: number) => (at - first) / (until - first);
  const y = (n: number) => n / top;
  const lines = known.map(([, tone, dashes], i) => line(sums[i] ?? [], { x, y, tone, dashes }));
  const grid = counts.map((n) => `<path class="grid" d="M0,${down(y(n))}H${chart.width}"/>`);
  const title = `Status over time: ${shortDuration(last - first)} from the first report to the last`;
  const keys = known.map(([status, tone, dashes], i) => key(status, sums[i]?.at(-1)?.[1] ?? 0, { tone, dashes }));
  const later = timeline.reduce((sum, { at, messages }) => sum + (at > until ? messages : 0), 0);
  const rest =
    later === 0 ? '' : `<p class="dim">Not drawn: ${plural(later, 'later report')}, the last at ${time(last)}.</p>`;
  return `<section><h2>${title}</h2><div class="plot"><div class="counts" aria-hidden="true">${counts.map((n) => `<span style="bottom:${percent(y(n))}">${formatCount(n)}</span>`).join('')}</div>
<svg role="img" aria-label="${title}" viewBox="0 0 ${chart.width} ${chart.height}" preserveAspectRatio="none">${grid.join('')}${lines.join('')}</svg>
<div class="times" aria-hidden="true">${timeTicks(first, until, most.times).map(timeMark(x)).join('')}</div></div>
<ul class="keys">${keys.join('')}<li class="dim">times in UTC</li></ul>${rest}</section>`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const down = (share: number): string => (chart.height * (1 - share)).toFixed(1);
const time = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A mark below the chart; the last one ends where the chart does. */
const timeMark =
  (x: (at: number) => number) =>
  ({ at, label }: { readonly at: number; readonly label: string }): string =>
    `<span${x(at) > 0.92 ? ' class="end"' : ''} style="left:${percent(x(at))}">${label}</span>`;

/** A few reports that come hours later must not press all others into one column: the scale ends where nearly all have come. */
function endOfScale(timeline: readonly TimelinePoint[]): number {
  const [first, last] = [timeline[0]?.at ?? 0, timeline.at(-1)?.at ?? 0];
  const sums = runningSum(timeline);
  const [nearlyAll] = sums.find(([, sum]) => sum >= (sums.at(-1)?.[1] ?? 0) * 0.99) ?? [last];
  const until = first + Math.max(10_000, (nearlyAll - first) * 1.1);
  return last - first > 3 * (until - first) ? until : last;
}

interface Scale {
  readonly x: (at: number) => number;
  readonly y: (n: number) => number;
  readonly tone: string;
  readonly dashes: string;
}

/** Steps up to each sum; of those that fall on one unit of the width, the last. */
function line(steps: readonly (readonly [at: number, sum: number])[], { x, y, tone, dashes }: Scale): string {
  const columns = new Map<number, number>();
  for (const [at, sum] of steps) if (x(at) <= 1) columns.set(Math.round(x(at) * chart.width), sum);
  const path = [...columns].map(([column, sum]) => `H${column}V${down(y(sum))}`).join('');
  return `<path class="line ${tone}" stroke-dasharray="${dashes}" d="M0,${down(0)}${path}H${chart.width}"/>`;
}

function key(status: string, count: number, { tone, dashes }: Pick<Scale, 'tone' | 'dashes'>): string {
  const sample = `<svg width="28" height="8" aria-hidden="true"><path class="line ${tone}" stroke-dasharray="${dashes}" d="M0,4H28"/></svg>`;
  return `<li>${sample} ${status} ${formatCount(count)}</li>`;
}

function runningSum(points: readonly TimelinePoint[]): (readonly [at: number, sum: number])[] {
  let sum = 0;
  return points.map(({ at, messages }) => {
    sum += messages;
    return [at, sum] as const;
  });
}
