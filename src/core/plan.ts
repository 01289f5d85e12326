import type { Mapping } from './mapping.ts';
import type { MessageRequest, Row, RowIssue } from './message.ts';
import type { ParseContext } from './parameters.ts';
import { countSegments } from './segments.ts';
import { type Origin, type RawRequest, validate } from './validate.ts';

/** One row of a plan: a request to send, or why there is none. */
export interface PlannedRow {
  readonly line: number;
  /** What makes a row the same row in a later run; absent for invalid rows. */
  readonly key?: string;
  readonly to: string;
  readonly sender: string;
  readonly state: 'pending' | 'invalid';
  readonly request?: MessageRequest;
  readonly segments: number;
  readonly issues: readonly RowIssue[];
  readonly warnings: readonly RowIssue[];
}

/** What would happen, before anything does. Making one sends nothing. */
export interface Plan {
  readonly rows: number;
  readonly toSend: number;
  readonly invalid: number;
  readonly skipped: number;
  /** Rows that an earlier run of the same campaign has dealt with. */
  readonly already: number;
  readonly segments: number;
  readonly senders: readonly { readonly sender: string; readonly count: number }[];
}

/** Turns rows into planned rows. Pure: the same row gives the same planned row. */
export function makePlanner(mapping: Mapping, context: ParseContext): (row: Row | RowIssue) => PlannedRow {
  return (row) => {
    if ('problem' in row) return invalidRow(row.line, '', [row]);
    const { raw, origin, key, issues } = mapping.toRaw(row);
    if (issues.length > 0) return invalidRow(row.line, addressOf(raw), issues);
    const planned = planRequest(raw, origin, context);
    return key && planned.key ? { ...planned, key } : planned;
  };
}

/** Validates one request and makes a row of a plan of it. */
export function planRequest(raw: RawRequest, origin: Origin, context: ParseContext): PlannedRow {
  const { request, issues, warnings } = validate(raw, origin, context);
  if (!request) return { ...invalidRow(origin.line, addressOf(raw), issues), warnings };
  return {
    line: origin.line,
    key: request.to,
    to: request.to,
    sender: senderOf(request),
    state: 'pending',
    request,
    segments: request.body === undefined ? 0 : countSegments(request.body).segments,
    issues,
    warnings,
  };
}

const addressOf = ({ to = '' }: RawRequest): string => [to].flat().join(' ');

/** What the pace of a message goes by: its number, address or service, and the subaccount when there is one. */
export function senderOf({ accountSid, from, messagingServiceSid }: MessageRequest): string {
  const sender = from ?? messagingServiceSid ?? '';
  return accountSid ? `${sender} of ${accountSid}` : sender;
}

function invalidRow(line: number, to: string, issues: readonly RowIssue[]): PlannedRow {
  return { line, to, sender: '', state: 'invalid', segments: 0, issues, warnings: [] };
}
