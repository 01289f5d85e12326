import type { Message, MessageRequest, RowIssue, SendState } from '../core/message.ts';
import type { Consent } from '../core/recipient/consent.ts';
import type { Campaign } from './plans.ts';
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
