import type { MessageRequest, RowIssue, SendState } from '../../core/message.ts';
import type { PlannedRow } from '../../core/plan.ts';
import { optedOut, type Suppression } from './opt-outs.ts';
import { afterRecall } from './recall.ts';

/** A row as it comes into the ledger; null where it holds nothing. */
export interface NewRow {
  readonly line: number;
  /** What makes it the same row in a later run; null for rows that are wrong. */
  readonly key: string | null;
  readonly recipient: string;
  readonly sender: string;
  readonly request: MessageRequest | null;
  readonly state: SendState;
  readonly segments: number;
  readonly reason: string | null;
  readonly issues: readonly RowIssue[] | null;
  readonly country: string | null;
  readonly quietHours: string | null;
  /** Not to be sent before this, in milliseconds since 1970; 0: at any time. */
  readonly dueAt: number;
}

/** What rows that come in are judged by. */
export interface Entry {
  readonly isSuppressed: Suppression;
  /** False: the text is kept until the message has its outcome, and not at all for what is never sent. */
  readonly storesText: boolean;
  /** Of a campaign that was called back nothing more is to be sent. */
  readonly isRecalled: boolean;
}

/** Makes a row of the ledger. Who has opted out is skipped. */
export function newRow(row: PlannedRow, { isSuppressed, storesText, isRecalled }: Entry): NewRow {
  const { line, to: recipient, sender, segments, issues } = row;
  const isOut = row.state === 'pending' && isSuppressed({ recipient, sender });
  const state = isOut ? 'skipped' : isRecalled ? afterRecall(row.state) : row.state;
  const isKept = storesText || state === 'pending';
  return {
    line,
    key: row.key ?? null,
    recipient,
    sender,
    request: isKept ? (row.request ?? null) : null,
    state,
    segments,
    reason: isOut ? optedOut : null,
    issues: issues.length > 0 ? issues : null,
    country: row.country ?? null,
    quietHours: row.quietHours ?? null,
    dueAt: row.dueAt ?? 0,
  };
}

/** Rows that are added to a campaign: each key once, the first; and those that are passed over. */
export function eachKeyOnce<Row extends Pick<PlannedRow, 'key'>>(
  rows: readonly Row[],
  known: ReadonlySet<string>,
): { readonly news: readonly Row[]; readonly passedOver: readonly Row[] } {
  const keys = new Set(known);
  const news: Row[] = [];
  const passedOver: Row[] = [];
  for (const row of rows) {
    const isThere = row.key !== undefined && keys.has(row.key);
    if (row.key !== undefined) keys.add(row.key);
    (isThere ? passedOver : news).push(row);
  }
  return { news, passedOver };
}
