import { createHmac } from 'node:crypto';
import type { MessageRequest, RowIssue } from '../../core/message.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';

/** Turns a number or a key into a name that says nothing, always the same one; such a name stays as it is. */
export type Pseudonym = (text: string) => string;

/** Pseudonyms by a secret: without it nobody can try all numbers in turn. */
export function pseudonymBy(secret: Uint8Array): Pseudonym {
  return (text) =>
    text.startsWith(pseudonymPrefix)
      ? text
      : pseudonymPrefix + createHmac('sha256', secret).update(text).digest('hex').slice(0, 24);
}

/**
 * For so long Twilio may still report what became of an accepted message, in milliseconds. Only then, or with a final
 * status, it is purged: who is to be suppressed must be known when the report comes.
 */
export const reportedForMs = 3 * 86_400_000;

/** What of a message tells who was texted what; null where the row holds nothing. */
export interface PersonalData {
  readonly recipient: string;
  readonly key: string | null;
  readonly request: MessageRequest | null;
  readonly reason: string | null;
  readonly issues: readonly RowIssue[] | null;
}

/** What is still needed to ask Twilio about a message, and says nothing of whom it went to. */
const keptParameters = [
  ...['accountSid', 'from', 'messagingServiceSid', 'sendAt', 'scheduleType', 'provideFeedback'],
] as readonly (keyof MessageRequest)[];

/**
 * Forgets who was texted what: numbers and keys become pseudonyms; texts, values and hints go. Of a message with an
 * error code the reason goes too, for it may repeat the number, and the code says enough.
 */
export function forget(
  { recipient, key, request, reason, issues, code }: PersonalData & { readonly code: number | null },
  pseudonym: Pseudonym,
): PersonalData {
  return {
    recipient: pseudonym(recipient),
    key: key === null ? null : pseudonym(key),
    request: request && { ...kept(request), to: pseudonym(request.to) },
    reason: code === null ? reason : null,
    issues:
      issues?.map(({ line, column }) => ({ line, column, value: '', problem: 'was wrong; what it said is purged' })) ??
      null,
  };
}

function kept(request: MessageRequest): Partial<MessageRequest> {
  return Object.fromEntries(keptParameters.map((name) => [name, request[name]]));
}

/** A row that is purged, as a store reads it: JSON as text. */
export interface PersonalRow {
  readonly recipient: string;
  readonly key: string | null;
  readonly request: string | null;
  readonly reason: string | null;
  readonly issues: string | null;
  readonly code: number | null;
}

/** The same for what a store holds. */
export function forgetRow<Row extends PersonalRow>(row: Row, pseudonym: Pseudonym): Row {
  const { request, issues } = row;
  const data = {
    ...row,
    request: request === null ? null : (JSON.parse(request) as MessageRequest),
    issues: issues === null ? null : (JSON.parse(issues) as RowIssue[]),
  };
  const left = forget(data, pseudonym);
  return { ...row, ...left, request: textOf(left.request), issues: textOf(left.issues) };
}

const textOf = (value: object | null): string | null => value && JSON.stringify(value);
