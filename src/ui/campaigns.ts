import stringWidth from 'string-width';
import type { SendState } from '../core/message.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration } from '../core/text/wording.ts';
import { localTime, type Style, truncate } from './lines.ts';
import { rateText } from './progress.ts';

/** A campaign as the list shows it. */
interface ListedCampaign {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<SendState, number>>;
}

/** Campaigns as a table: when, name, and how many messages are in which state. */
export function campaignLines(campaigns: readonly ListedCampaign[], { paint, width }: Style): string[] {
  const rows = campaigns.map((campaign) => ({
    when: localTime(campaign.createdAt),
    name: truncate(clean(campaign.name), Math.max(12, width - 50)),
    states: countsText(campaign.counts),
  }));
  const nameWidth = Math.max(4, ...rows.map(({ name }) => stringWidth(name)));
  const line = (when: string, name: string, states: string) =>
    `${when.padEnd(16)}  ${name}${' '.repeat(nameWidth - stringWidth(name))}  ${states}`;
  return [
    paint.dim(line('when', 'name', 'messages')),
    ...rows.map(({ when, name, states }) => line(when, paint.bold(name), states)),
  ];
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
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => stringWidth(row[i] ?? ''))));
  const cells = (row: readonly string[]) =>
    row.map((cell, i) => {
      const room = ' '.repeat((widths[i] ?? 0) - stringWidth(cell));
      return i === 0 ? cell + room : room + cell;
    });
  const line = (row: readonly string[]) => cells(row).join('  ').trimEnd();
  return [
    paint.dim(line(heads)),
    ...rows.map((row, i) => [line(row), ...failedParts(campaigns[i]?.campaign.counts, paint)].join('  ')),
  ];
}

function failedParts(counts: ListedCampaign['counts'] | undefined, paint: Style['paint']): string[] {
  const { rejected = 0, unknown = 0 } = counts ?? {};
  return [
    ...(rejected > 0 ? [paint.red(`${formatCount(rejected)} rejected`)] : []),
    ...(unknown > 0 ? [paint.yellow(`${formatCount(unknown)} unknown`)] : []),
  ];
}

function countsText(counts: Readonly<Record<SendState, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}
