import type { RowIssue, SendState } from '../core/message.ts';
import { emptyCounts, type Report, roundedCost } from '../core/outcome/report.ts';
import { messageStatuses } from '../core/outcome/status.ts';
import { maybeSent } from './rules/states.ts';

/** What of a report comes out of the table. */
export interface ReportRows {
  readonly totals: readonly TotalsRow[];
  readonly currency: string | null;
  /** How many were sent a second time. */
  readonly retried: number;
  readonly errors: Report['errors'];
  readonly issues: readonly { readonly issues: string }[];
}

/** How many messages of a campaign are in a state. */
export interface StateRow {
  readonly state: SendState;
  readonly n: number;
}

/** How many are in a state and a status, what they cost by plan, and how many of them were charged what. */
export interface TotalsRow extends StateRow {
  readonly status: string | null;
  readonly segments: number;
  readonly amount: number | null;
  readonly charged: number;
  readonly chargedAmount: number | null;
}

/** What the table counts, as the rest of volley knows it. */
export function toCounts(rows: readonly StateRow[]): Record<SendState, number> {
  const counts = emptyCounts();
  for (const { state, n } of rows) counts[state] += n;
  return counts;
}

/** How many messages are in which status, in the order in which messages come to them. */
function toStatuses(rows: readonly TotalsRow[]): Record<string, number> {
  const counts = new Map<string, number>(messageStatuses.map((status) => [status, 0]));
  for (const { status, n } of rows) if (status !== null) counts.set(status, (counts.get(status) ?? 0) + n);
  return Object.fromEntries([...counts].filter(([, n]) => n > 0));
}

/** How a campaign stands, by what the table holds. */
export function toReport({ totals, currency, retried, errors, issues }: ReportRows): Report {
  const counts = toCounts(totals);
  const sent = totals.filter(({ state }) => maybeSent.includes(state));
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const costOfAll = (amounts: readonly number[]) => roundedCost(amounts.length === 0 ? null : sum(amounts), currency);
  return {
    rows: sum(Object.values(counts)),
    counts,
    statuses: toStatuses(totals),
    retried,
    segments: sum(sent.map(({ segments }) => segments)),
    cost: costOfAll(sent.flatMap(({ amount }) => amount ?? [])),
    charged: {
      messages: sum(sent.map(({ charged }) => charged)),
      cost: costOfAll(sent.flatMap(({ chargedAmount }) => chargedAmount ?? [])),
    },
    errors,
    issues: issues.flatMap((row) => JSON.parse(row.issues) as RowIssue[]),
  };
}
