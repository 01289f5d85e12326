import type { SendState } from '../core/message.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount } from '../core/text/wording.ts';
import { localTime, type Style, truncate } from './lines.ts';
import { tableLines } from './table.ts';

/** A campaign as the list shows it. */
interface ListedCampaign {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<SendState, number>>;
}

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

function countsText(counts: Readonly<Record<SendState, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}
