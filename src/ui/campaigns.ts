import type { SendState } from '../core/message.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration } from '../core/text/wording.ts';
import { localTime, type Style, truncate } from './lines.ts';
import { rateText } from './progress.ts';
import { tableLines } from './table.ts';

/** A campaign as the list shows it. */
interface ListedCampaign {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<SendState, number>>;
}

/** What went out, what may have, what is to come, and what never will. */
const order: readonly SendState[] = [
  ...(['accepted', 'rejected', 'unknown', 'claimed', 'pending', 'invalid', 'skipped', 'canceled'] as const),
];

/** What a date takes of a line with its space. */
const whenCells = 18;

/** Campaigns as a table: when, name, and how many messages are in which state. A name is whole where it can be. */
export function campaignLines(campaigns: readonly ListedCampaign[], { paint, width }: Style): string[] {
  const rows = campaigns.map(({ createdAt, name, counts }) => [
    localTime(createdAt),
    paint.bold(truncate(clean(name), Math.max(12, Math.min(60, width - whenCells)))),
    countsText(counts),
  ]);
  const [header = '', ...lines] = tableLines([['when', 'name', 'messages'], ...rows], width);
  return [paint.dim(header), ...lines].flatMap((text) => text.split('\n'));
}

/** A campaign that is being sent, as the watch shows it. */
interface RunningCampaign {
  readonly campaign: ListedCampaign;
  readonly done: number;
  readonly left: number;
  readonly perSecond: number;
  readonly toGoMs?: number | undefined;
}

/** Campaigns that are being sent as a table: how far each is, how fast it goes, and what of it failed. */
export function runningLines(campaigns: readonly RunningCampaign[], { paint, width }: Style): string[] {
  const heads = ['name', 'done', '', 'rate', ''];
  const rows = campaigns.map(({ campaign: { name }, done, left, perSecond, toGoMs }) => [
    truncate(clean(name), Math.max(12, width - 60)),
    `${formatCount(done)}/${formatCount(done + left)}`,
    `${done + left === 0 ? 100 : Math.floor((done / (done + left)) * 100)} %`,
    `${rateText(perSecond)}/s`,
    left === 0 ? 'done' : toGoMs === undefined ? '' : `${formatDuration(toGoMs)} to go`,
  ]);
  const failed = campaigns.map(({ campaign }) => failedParts(campaign.counts, paint).join('  '));
  const [header = '', ...lines] = tableLines(
    [[...heads, ''], ...rows.map((row, i) => [...row, failed[i] ?? ''])],
    width,
  );
  return [paint.dim(header), ...lines];
}

function failedParts({ rejected, unknown }: ListedCampaign['counts'], paint: Style['paint']): string[] {
  return [
    ...(rejected > 0 ? [paint.red(`${formatCount(rejected)} rejected`)] : []),
    ...(unknown > 0 ? [paint.yellow(`${formatCount(unknown)} unknown`)] : []),
  ];
}

function countsText(counts: Readonly<Record<SendState, number>>): string {
  const parts = order.filter((state) => counts[state] > 0).map((state) => `${formatCount(counts[state])} ${state}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}
