import { type Arrivals, arrivalsOf, type Report } from '../core/outcome/report.ts';
import type { Control, Controls } from '../ledger/controls.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { CampaignSummary, Reports } from '../ledger/reports.ts';
import { isOpen } from './find.ts';
import type { Clock } from './ports.ts';

/** How a campaign stands at a moment, and how fast it goes. */
export interface WatchView {
  readonly report: Report;
  readonly arrivals: Arrivals;
  /** Attempts that have their outcome, or may have one: accepted, rejected, unknown. */
  readonly done: number;
  /** Not sent yet, or on its way to Twilio right now. */
  readonly left: number;
  /** Messages a second that were done lately. */
  readonly perSecond: number;
  /** Until nothing is left at that rate, in milliseconds; absent while nothing goes. */
  readonly toGoMs?: number;
  /** For how long nothing has changed, in milliseconds. */
  readonly stillMs: number;
  /** Within how many milliseconds half, and nine of ten, of those that arrived did so; absent where it is not asked for. */
  readonly latency?: { readonly halfMs: number; readonly mostMs: number } | undefined;
  /** What somebody has told it to do. */
  readonly control?: Control;
  /** Nothing is left, and nothing more is to be expected. */
  readonly isOver: boolean;
}

interface Sample {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly done: number;
}

/** What successive reports have told. */
export interface WatchState {
  readonly report: Report;
  readonly at: number;
  /** When the report last differed from the one before. */
  readonly changedAt: number;
  /** The latest reports, the first of them as old as the window or older. */
  readonly samples: readonly Sample[];
}

/** The rate is that of this time, in milliseconds: long enough to be steady, short enough to show a pause. */
const windowMs = 15_000;

/** When nothing is left to send, this long without news ends the watch, in milliseconds: the time in which unknowns are settled. */
const quietMs = 60_000;

/** What is known after another report, at a monotonic time in milliseconds. */
export function afterReport(state: WatchState | undefined, report: Report, at: number): WatchState {
  const isNews = state === undefined || wordsOf(state.report) !== wordsOf(report);
  const samples = withSample(state?.samples ?? [], { at, done: doneOf(report) });
  return { report, at, changedAt: isNews ? at : state.changedAt, samples };
}

/** Drops what is older than the window needs. */
function withSample(known: readonly Sample[], sample: Sample): readonly Sample[] {
  const samples = [...known, sample];
  const oldest = samples.findLastIndex(({ at }) => at <= sample.at - windowMs);
  return samples.slice(Math.max(0, oldest));
}

/** Messages a second between the first and the last of these. */
function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at) return 0;
  return Math.max(0, ((last.done - first.done) / (last.at - first.at)) * 1000);
}

/** How it stands by what is known. */
export function viewOf({ report, at, changedAt, samples }: WatchState): WatchView {
  const { pending, claimed, unknown } = report.counts;
  const done = doneOf(report);
  const perSecond = rateOf(samples);
  const arrivals = arrivalsOf(report);
  const left = pending + claimed;
  const stillMs = at - changedAt;
  const isOpen = unknown + arrivals.onTheWay > 0;
  return {
    ...{ report, arrivals, done, left, perSecond, stillMs },
    ...(perSecond > 0 && { toGoMs: (left / perSecond) * 1000 }),
    isOver: left === 0 && (!isOpen || stillMs >= quietMs),
  };
}

const doneOf = ({ counts }: Pick<Report, 'counts'>): number => counts.accepted + counts.rejected + counts.unknown;

const wordsOf = ({ counts, statuses }: Report): string => JSON.stringify([counts, statuses]);

/** What watching works with. It only reads. */
export interface WatchPorts extends Pick<Clock, 'monotonic' | 'sleep'> {
  readonly ledger: Pick<Reports, 'report' | 'deliveryTimes'> & Pick<Controls, 'control'>;
  readonly signal: AbortSignal;
}

/** How to watch. */
export interface WatchOptions {
  /** The time between two looks, in milliseconds; longer where a look takes long. */
  readonly everyMs: number;
  /** Also how long messages take to arrive. */
  readonly withLatency?: boolean;
}

/** A look takes at most this part of the time, so that watching does not slow the run. */
const lookShare = 0.2;

/** How long times of arrival are good for, in milliseconds: reading them all takes longer than counting. */
const latencyKeptMs = 5000;

/** How a campaign goes, look by look, until nothing is left and no more news comes, or the signal. */
export async function* watchCampaign(
  { id }: Campaign,
  { everyMs, withLatency = false }: WatchOptions,
  { ledger, monotonic, sleep, signal }: WatchPorts,
): AsyncGenerator<WatchView> {
  let state: WatchState | undefined;
  let latency: WatchView['latency'];
  let latencyAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const begunAt = monotonic();
    state = afterReport(state, await ledger.report(id), begunAt);
    const view = { ...viewOf(state), control: await ledger.control(id) };
    if (withLatency && (begunAt - latencyAt >= latencyKeptMs || view.isOver)) {
      latency = latencyOf(await ledger.deliveryTimes(id));
      latencyAt = begunAt;
    }
    const tookMs = monotonic() - begunAt;
    yield { ...view, latency };
    if (view.isOver || signal.aborted) return;
    await sleep(Math.max(everyMs, tookMs / lookShare), signal);
    if (signal.aborted) return;
  }
}

/** How one of several campaigns stands. */
export interface RunningView extends Pick<WatchView, 'done' | 'left' | 'perSecond' | 'toGoMs'> {
  readonly campaign: CampaignSummary;
}

/** Looks at the latest campaigns again and again: those that are being sent, and those that were when the watch began. */
export async function* watchRunning(
  { limit, everyMs }: { readonly limit: number; readonly everyMs: number },
  { ledger, monotonic, sleep, signal }: Omit<WatchPorts, 'ledger'> & { readonly ledger: Pick<Reports, 'campaigns'> },
): AsyncGenerator<readonly RunningView[]> {
  const seen = new Map<string, readonly Sample[]>();
  while (!signal.aborted) {
    const begunAt = monotonic();
    const running = (await ledger.campaigns(limit)).filter((one) => isOpen(one) || seen.has(one.id));
    yield running.map((campaign) => {
      const done = doneOf(campaign);
      const samples = withSample(seen.get(campaign.id) ?? [], { at: begunAt, done });
      seen.set(campaign.id, samples);
      const left = campaign.counts.pending + campaign.counts.claimed;
      const perSecond = rateOf(samples);
      return { campaign, done, left, perSecond, ...(perSecond > 0 && { toGoMs: (left / perSecond) * 1000 }) };
    });
    await sleep(Math.max(everyMs, (monotonic() - begunAt) / lookShare), signal);
  }
}

function latencyOf(times: readonly number[]): WatchView['latency'] {
  if (times.length === 0) return undefined;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { halfMs: at(0.5), mostMs: at(0.9) };
}
