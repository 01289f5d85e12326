import stringWidth from 'string-width';
import type { SendState } from '../core/message.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount } from '../core/text/wording.ts';
import { localTime, type Style, truncate } from './lines.ts';

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

function countsText(counts: Readonly<Record<SendState, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}
