import stringWidth from 'string-width';
import type { SendState } from '../core/message.ts';
import { clean } from '../core/text/clean.ts';
import { formatCount } from '../core/text/wording.ts';
import { type Style, truncate } from './lines.ts';

/** A campaign as the list shows it. */
interface ListedCampaign {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<SendState, number>>;
}

/** Campaigns as a table: when, name, rows, and what became of them. */
export function campaignLines(campaigns: readonly ListedCampaign[], { paint, width }: Style): string[] {
  const rows = campaigns.map((campaign) => ({
    when: formatTime(campaign.createdAt),
    name: truncate(clean(campaign.name), Math.max(12, width - 50)),
    states: describe(campaign.counts),
  }));
  const nameWidth = Math.max(4, ...rows.map(({ name }) => stringWidth(name)));
  const line = (when: string, name: string, states: string) =>
    `${when.padEnd(16)}  ${name}${' '.repeat(nameWidth - stringWidth(name))}  ${states}`;
  return [
    paint.dim(line('when', 'name', 'messages')),
    ...rows.map(({ when, name, states }) => line(when, paint.bold(name), states)),
  ];
}

function describe(counts: Readonly<Record<SendState, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'none' : parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}

/** `2026-11-23 09:30`, in the time zone of this machine. */
function formatTime(ms: number): string {
  const at = new Date(ms);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
