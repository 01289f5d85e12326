import type { Message, MessageRequest, RowIssue, SendState } from '../core/message.ts';
import type { UnknownMessage } from '../core/outcome/match-unknowns.ts';
import type { StatusUpdate } from '../core/outcome/receipt.ts';
import { roundedCost } from '../core/outcome/report.ts';
import { deliveredStatuses, failedStatuses, isFinalStatus, messageStatuses } from '../core/outcome/status.ts';
import type { Plan, PlannedSender } from '../core/plan.ts';
import type { Consent } from '../core/recipient/consent.ts';
import type { Campaign } from './plans.ts';
import type { TrackedMessage } from './receipts.ts';
import type { Reply } from './replies.ts';

/** A row of the messages table, as every store names its columns. JSON comes as text. */
export interface MessageRow {
  readonly seq: number;
  readonly id: string;
  readonly campaign_id: string;
  readonly line: number;
  readonly recipient: string;
  readonly sender: string;
  readonly request: string | null;
  readonly state: SendState;
  readonly attempts: number;
  readonly segments: number;
  readonly sid: string | null;
  readonly status: string | null;
  readonly code: number | null;
  readonly reason: string | null;
  readonly issues: string | null;
  readonly country: string | null;
  readonly unit_price: number | null;
  readonly quiet_hours: string | null;
  readonly key: string | null;
}

/** The columns of a `MessageRow`, for select and returning. */
export const messageColumns =
  'seq, id, campaign_id, line, recipient, sender, request, state, attempts, segments, sid, status, code, reason, issues, country, unit_price, quiet_hours, key';

/** What the table holds, as the rest of volley knows it. */
export function toMessage(row: MessageRow): Message {
  const { id, line, sender, state, attempts, segments, sid, status, code, reason, country } = row;
  return {
    id,
    campaignId: row.campaign_id,
    line,
    to: row.recipient,
    sender,
    state,
    attempts,
    segments,
    issues: row.issues === null ? [] : (JSON.parse(row.issues) as RowIssue[]),
    ...(row.request !== null && { request: JSON.parse(row.request) as MessageRequest }),
    ...(row.key !== null && { key: row.key }),
    ...(country !== null && { country }),
    ...(row.unit_price !== null && { unitPrice: row.unit_price }),
    ...(row.quiet_hours !== null && { quietHours: row.quiet_hours }),
    ...(sid !== null && { sid }),
    ...(status !== null && { status }),
    ...(code !== null && { code }),
    ...(reason !== null && { reason }),
  };
}

/** A row of the campaigns table. */
export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly created_at: number;
}

/** What the table holds, as the rest of volley knows it. */
export function toCampaign({ id, name, source, created_at: createdAt }: CampaignRow): Campaign {
  return { id, name, source, createdAt };
}

/** A row of the replies table, with the campaign and message it was found to answer. */
export interface ReplyRow {
  readonly seq: number;
  readonly sid: string;
  readonly author: string;
  readonly addressee: string;
  readonly body: string | null;
  readonly keyword: Consent | null;
  readonly at: number;
  readonly campaign_id: string | null;
  readonly campaign: string | null;
  readonly answered_sid: string | null;
}

/** What the table holds, as the rest of volley knows it. */
export function toReply(row: ReplyRow): Reply {
  const { seq: number, sid, author: from, addressee: to, body, keyword, at, answered_sid: answered } = row;
  const { campaign_id: campaignId, campaign } = row;
  return {
    ...{ number, sid, from, to, at },
    ...(body !== null && { body }),
    ...(keyword !== null && { keyword }),
    ...(campaignId !== null &&
      campaign !== null && { answers: { campaignId, campaign, ...(answered !== null && { sid: answered }) } }),
  };
}
/** The columns of what a rule is told of a message's outcome, of the table that is called `m`. */
export const outcomeColumns = `m.id, m.recipient, m.sender, m.state, m.attempts, m.sid, m.status, m.code, m.reason,
  m.segments, m.unit_price as "unitPrice", m.price`;

/** A row of the table of receipts. */
export interface ReceiptRow {
  readonly sid: string;
  readonly status: string;
  /** 0: none. */
  readonly code: number;
  readonly source: StatusUpdate['source'];
  readonly at: number;
  readonly messageId: string | null;
  readonly isQueued: number | boolean;
}

/** The columns of a `ReceiptRow`, of the table that is called `e`. */
export const receiptColumns =
  'e.sid, e.status, e.code, e.source, e.at, e.message_id as "messageId", e.is_queued as "isQueued"';

/** What the table holds, as the rest of volley knows it, and whether it became an outgoing event. */
export function toReceipt({
  code,
  messageId,
  isQueued,
  ...row
}: ReceiptRow): StatusUpdate & { readonly isQueued: boolean } {
  return {
    ...row,
    isQueued: isQueued === true || isQueued === 1,
    ...(code !== 0 && { code }),
    ...(messageId !== null && { messageId }),
  };
}

/** A row of the table of senders' paces. */
export interface PaceRow {
  readonly sender: string;
  readonly next_at: number | null;
  readonly paused_until: number | null;
  readonly per_second: number | null;
  readonly rated_until: number | null;
}

/** The columns of a `PaceRow`. */
export const paceColumns = 'sender, next_at, paused_until, per_second, rated_until';

/** How a sender stands, by what the table holds. */
export function toPace({ next_at, paused_until, per_second, rated_until }: PaceRow) {
  return {
    ...(next_at !== null && { nextAt: next_at }),
    ...(paused_until !== null && { pausedUntil: paused_until }),
    ...(per_second !== null && { perSecond: per_second }),
    ...(rated_until !== null && { ratedUntil: rated_until }),
  };
}

/** A row of a message of which no answer came. */
export interface UnknownRow {
  readonly id: string;
  readonly request: string;
  readonly claimed_at: number;
  readonly clock_ahead_ms: number | null;
}

/** What the table holds, as the rest of volley knows it. */
export function toUnknown({ id, request, claimed_at: claimedAt, clock_ahead_ms: ahead }: UnknownRow): UnknownMessage {
  return { id, request: JSON.parse(request), claimedAt, ...(ahead !== null && { clockAheadMs: ahead }) };
}

/** A row of a message whose final status is not known. */
export interface TrackedRow {
  readonly sid: string;
  readonly account: string | null;
  readonly claimed_at: number;
}

/** What the table holds, as the rest of volley knows it. */
export function toTracked({ sid, account, claimed_at: claimedAt }: TrackedRow): TrackedMessage {
  return { sid, claimedAt, ...(account !== null && { accountSid: account }) };
}

/** Words of ours, as SQL lists them between brackets. */
export function inSql(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** The statuses after which Twilio has nothing more to tell, as SQL lists them. */
export const finalInSql = inSql(messageStatuses.filter(isFinalStatus));

/** The statuses of what was not delivered, as SQL lists them. */
export const failedInSql = inSql(failedStatuses);

/** The statuses of what has arrived, as SQL lists them. */
export const deliveredInSql = inSql(deliveredStatuses);

/** How many rows of a plan are what. */
export interface StagedRow {
  readonly rows: number;
  readonly invalid: number;
  readonly skipped: number;
  readonly optedOut: number;
}

/** What a plan would send. */
export interface PlanTotals {
  readonly count: number;
  readonly segments: number;
  readonly amount: number | null;
  readonly unpriced: number;
  readonly waiting: number;
  /** When the first of those that wait is due, in milliseconds since 1970. */
  readonly firstAt: number | null;
}

/** What a plan would send of a sender. */
export interface SenderTotalRow extends PlannedSender, PlanTotals {}

/** What of a plan comes out of the tables. */
export interface PlanRows {
  readonly staged: StagedRow | undefined;
  readonly already: number;
  readonly senders: readonly SenderTotalRow[];
  readonly currency: string | null;
}

/** What a plan would do, by what the tables hold. */
export function toPlan({ staged, already, senders, currency }: PlanRows): Plan {
  const sum = (of: (row: SenderTotalRow) => number) => senders.reduce((total, row) => total + of(row), 0);
  const priced = senders.flatMap(({ amount }) => amount ?? []);
  const firstAt = senders.flatMap((row) => row.firstAt ?? []).sort((a, b) => a - b)[0] ?? null;
  const { rows, invalid, skipped, optedOut } = staged ?? { rows: 0, invalid: 0, skipped: 0, optedOut: 0 };
  return {
    rows,
    toSend: sum(({ count }) => count),
    invalid,
    skipped,
    optedOut,
    already,
    segments: sum(({ segments }) => segments),
    cost: roundedCost(priced.length === 0 ? null : priced.reduce((total, one) => total + one, 0), currency),
    unpriced: sum(({ unpriced }) => unpriced),
    senders: senders.map(({ sender, count, segments }) => ({ sender, count, segments })),
    waiting: { count: sum(({ waiting }) => waiting), firstAt },
  };
}
