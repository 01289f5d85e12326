import { explainCode, noReason, reasonInWords } from '../core/outcome/error-codes.ts';
import type { Arrivals, Report } from '../core/outcome/report.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration, plural, quoted } from '../core/text/wording.ts';
import { type Style, shown, truncate } from './lines.ts';
import { bar, fitted, type Part, rateText } from './progress.ts';

/** How a campaign stands at a moment, and how fast it goes. Times in milliseconds. */
export interface Watched {
  readonly report: Report;
  readonly arrivals: Arrivals;
  readonly done: number;
  readonly left: number;
  readonly perSecond: number;
  readonly toGoMs?: number | undefined;
  readonly stillMs: number;
  /** Since when it is paused, in milliseconds since 1970, and the rate that it was given in place of its own. */
  readonly control?: { readonly pausedAt?: number; readonly perSecond?: number } | undefined;
}

/** How many reasons there is room for. */
const shownReasons = 3;

/** When a run that has something left is taken to stand still, in milliseconds. */
const standingMs = 60_000;

/** The screen of a campaign that runs: a few lines, each within the width. */
export function watchScreen(name: string, view: Watched, style: Style): string[] {
  const { paint, width } = style;
  const { counts, rows } = view.report;
  const room = width - 1;
  const title = `${plural(rows, 'row')}${counts.invalid > 0 ? `, ${formatCount(counts.invalid)} wrong` : ''}`;
  const stillness = standing(name, view);
  return [
    `${paint.bold(truncate(clean(name), Math.max(8, room - title.length - 2)))}  ${title}`,
    fitted(progressParts(view, style), room),
    fitted(sendingParts(view, style), room),
    fitted(arrivalParts(view, style), room),
    ...reasonsOf(view.report, style).map((text) => paint.red(truncate(`  ${text}`, room))),
    ...(stillness === undefined ? [] : [paint.yellow(truncate(`  ${stillness}`, room))]),
    ...controlTexts(view).map((text) => paint.yellow(truncate(`  ${text}`, room))),
  ];
}

function progressParts({ done, left, perSecond, toGoMs }: Watched, { paint, width }: Style): Part[] {
  const total = done + left;
  return [
    { rank: 3, text: bar(done, total, { paint, cells: Math.max(8, Math.min(30, width - 50)) }) },
    { rank: 0, text: `${formatCount(done)}/${formatCount(total)}` },
    { rank: 4, text: `${total === 0 ? 100 : Math.floor((done / total) * 100)} %` },
    { rank: 1, text: `${rateText(perSecond)}/s` },
    ...(left > 0 && toGoMs !== undefined ? [{ rank: 2, text: `${formatDuration(toGoMs)} to go` }] : []),
  ];
}

function sendingParts({ report: { counts }, left }: Watched, { paint }: Style): Part[] {
  return [
    { rank: 1, text: paint.green(`accepted ${formatCount(counts.accepted)}`) },
    ...(counts.rejected > 0 ? [{ rank: 1, text: paint.red(`rejected ${formatCount(counts.rejected)}`) }] : []),
    ...(counts.unknown > 0 ? [{ rank: 2, text: paint.yellow(`unknown ${formatCount(counts.unknown)}`) }] : []),
    ...(counts.canceled > 0 ? [{ rank: 3, text: `canceled ${formatCount(counts.canceled)}` }] : []),
    { rank: 0, text: `left ${formatCount(left)}` },
  ];
}

function arrivalParts({ report: { counts }, arrivals }: Watched, { paint }: Style): Part[] {
  const { delivered, failed, onTheWay } = arrivals;
  const share = counts.accepted === 0 ? '' : ` (${((delivered / counts.accepted) * 100).toFixed(1)} %)`;
  return [
    { rank: 0, text: paint.green(`delivered ${formatCount(delivered)}${share}`) },
    ...(failed > 0 ? [{ rank: 1, text: paint.red(`not delivered ${formatCount(failed)}`) }] : []),
    ...(onTheWay > 0 ? [{ rank: 2, text: `on their way ${formatCount(onTheWay)}` }] : []),
  ];
}

/** Why messages were refused or not delivered, the most frequent reasons. */
export function reasonsOf({ errors }: Report, style: Pick<Style, 'showPii'>): string[] {
  return errors.slice(0, shownReasons).map(({ code, reason, count }) => {
    const known = code === null ? undefined : explainCode(code);
    const meaning = known?.meaning ?? shown(reasonInWords(code, reason) ?? noReason, style);
    return `${formatCount(count)} × ${code === null ? '' : `${code} `}${meaning}`;
  });
}

/** What somebody has told the campaign to do, while that matters. */
export function controlTexts({ control = {}, left }: Watched): string[] {
  if (left === 0) return [];
  const { pausedAt, perSecond } = control;
  return [
    ...(pausedAt === undefined ? [] : ['paused: nothing is sent until it goes on']),
    ...(perSecond === undefined ? [] : [`rate changed to ${perSecond} a second for each sender`]),
  ];
}

/** What to do when nothing happens any more; undefined while something does. */
export function standing(name: string, { left, stillMs, control }: Watched): string | undefined {
  if (left === 0 || control?.pausedAt !== undefined || stillMs < standingMs) return undefined;
  return `nothing for ${formatDuration(stillMs)}; where no run is at it: volley resume ${quoted(clean(name))}`;
}

/** The same as one plain line, for standard output that is not a terminal. */
export function watchLine(view: Watched, style: Pick<Style, 'showPii'>): string {
  const { report, arrivals, done, left, perSecond, toGoMs } = view;
  const { accepted, rejected, unknown } = report.counts;
  const time = left > 0 && toGoMs !== undefined ? `, ${formatDuration(toGoMs)} to go` : '';
  const reasons = reasonsOf(report, style);
  return [
    `${formatCount(done)} of ${formatCount(done + left)} done, ${rateText(perSecond)}/s${time}`,
    `${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected, ${formatCount(unknown)} unknown, ${formatCount(left)} left`,
    `${formatCount(arrivals.delivered)} delivered, ${formatCount(arrivals.failed)} not, ${formatCount(arrivals.onTheWay)} on their way`,
    ...(reasons.length === 0 ? [] : [reasons.join(', ')]),
    ...controlTexts(view),
  ].join('; ');
}

/** The same as one JSON document; `at` is in milliseconds since 1970. Field names are a contract. */
export function watchJson(campaign: { readonly id: string; readonly name: string }, view: Watched, at: number) {
  const { report, arrivals, left, perSecond, toGoMs, control = {} } = view;
  const { rows, counts, statuses, errors } = report;
  return {
    schema: 'volley.watch/1' as const,
    campaign: { id: campaign.id, name: campaign.name },
    at: new Date(at).toISOString(),
    counts: { rows, ...counts },
    statuses,
    ...arrivals,
    left,
    perSecond: Math.round(perSecond * 100) / 100,
    toGoSeconds: toGoMs === undefined ? null : Math.round(toGoMs / 1000),
    pausedAt: control.pausedAt === undefined ? null : new Date(control.pausedAt).toISOString(),
    changedRate: control.perSecond ?? null,
    errors: errors.map((error) => ({ ...error, reason: reasonInWords(error.code, error.reason) ?? noReason })),
  };
}
