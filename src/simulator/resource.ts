import { countSegments } from '../core/text/segments.ts';
import { parseSendAt } from './judge.ts';
import type { StoredMessage } from './store.ts';

/** How fast statuses move on, and what time it is for Twilio; milliseconds. */
export interface Clock {
  readonly nowMs: number;
  readonly statusDelayMs: number;
}

/** Numbers whose end tells how their message ends, so that people can rehearse it. */
const endings: readonly (readonly [digits: string, code: number])[] = [
  ['30003', 30003],
  ['30005', 30005],
  ['30007', 30007],
];

const errorMessages: Readonly<Record<number, string>> = {
  30003: 'Unreachable destination handset',
  30005: 'Unknown destination handset',
  30007: 'Message filtered',
  30008: 'Unknown error',
};

/** What one segment costs here, in US dollars. */
const segmentPrice = 0.0079;

/** The one number in the pool of every messaging service here: the test number that always works. */
export const poolSender = '+15005550006';

/** How a message will end. */
export function endOf({ truth }: StoredMessage): { readonly status: string; readonly code: number | null } {
  const ending = endings.find(([digits]) => truth.to.endsWith(digits));
  if (ending) return { status: 'undelivered', code: ending[1] };
  if (truth.faults.includes('undelivered')) return { status: 'undelivered', code: 30003 };
  if (truth.faults.includes('failed')) return { status: 'failed', code: 30008 };
  return { status: 'delivered', code: null };
}

/** A parameter as it was asked for; null when it was not, or was empty, which is the same to Twilio. */
export function parameter({ truth }: StoredMessage, name: string): string | null {
  return truth.parameters.find(([key]) => key === name)?.[1] || null;
}

/** The statuses a message goes through from when it is due, to its end. What fails never leaves Twilio. */
export function statusesOf(message: StoredMessage): readonly string[] {
  const { status: end } = endOf(message);
  const viaService = parameter(message, 'MessagingServiceSid') !== null;
  return [...(viaService ? ['accepted'] : []), 'queued', 'sending', ...(end === 'failed' ? [] : ['sent']), end];
}

/** When a message is due, in milliseconds since 1970. Without a service a schedule is dropped. */
export function dueAt(message: StoredMessage): number {
  const sendAt = parameter(message, 'SendAt');
  const isScheduled = sendAt !== null && parameter(message, 'MessagingServiceSid') !== null;
  return (isScheduled ? parseSendAt(sendAt) : undefined) ?? message.truth.createdAt;
}

interface Progress {
  readonly status: string;
  /** When it came to this status, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** When it was sent, if it was. */
  readonly sentMs: number | undefined;
}

/** How far a message has come. It follows from its age, so a million messages need no timers. */
export function progressOf(message: StoredMessage, { nowMs, statusDelayMs }: Clock): Progress {
  if (message.isCanceled) return { status: 'canceled', sinceMs: message.updatedAt, sentMs: undefined };
  const dueMs = dueAt(message);
  if (nowMs < dueMs) return { status: 'scheduled', sinceMs: message.truth.createdAt, sentMs: undefined };
  const statuses = statusesOf(message);
  const last = statuses.length - 1;
  const step = statusDelayMs > 0 ? Math.min(last, Math.floor((nowMs - dueMs) / statusDelayMs)) : last;
  const sentStep = statuses.indexOf('sent');
  const isSent = sentStep >= 0 && step >= sentStep;
  return {
    status: statuses[step] ?? 'queued',
    sinceMs: dueMs + step * statusDelayMs,
    sentMs: isSent ? dueMs + sentStep * statusDelayMs : undefined,
  };
}

/** Who a message comes from in this status. A service picks its number only when it sends. */
export function senderOf(message: StoredMessage, status: string): string | null {
  if (message.truth.faults.includes('null-from')) return null;
  const isPicked = !['scheduled', 'accepted', 'queued', 'canceled'].includes(status);
  return parameter(message, 'From') ?? (isPicked ? poolSender : null);
}

/** RFC 2822, as the 2010-04-01 API writes dates. */
export function formatDate(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

/** A message as the API shows it. */
export function messageResource(message: StoredMessage, clock: Clock): Readonly<Record<string, unknown>> {
  const { truth, body, mediaSids, updatedAt } = message;
  const { sid, accountSid, to, createdAt } = truth;
  const { status, sinceMs, sentMs } = progressOf(message, clock);
  const isOver = ['delivered', 'undelivered', 'failed'].includes(status);
  const service = parameter(message, 'MessagingServiceSid');
  const { segments } = countSegments(parameter(message, 'Body') ?? '');
  const code = isOver ? endOf(message).code : null;
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  return {
    body,
    num_segments: service !== null && sentMs === undefined ? '0' : String(segments),
    direction: 'outbound-api',
    from: senderOf(message, status),
    to,
    date_updated: formatDate(Math.max(updatedAt, sinceMs)),
    price: isOver && status !== 'failed' ? (-segmentPrice * segments).toFixed(5) : null,
    error_message: code === null ? null : errorMessages[code],
    uri: `${uri}.json`,
    account_sid: accountSid,
    num_media: String(mediaSids.length),
    status,
    messaging_service_sid: service,
    sid,
    date_sent: sentMs === undefined ? null : formatDate(sentMs),
    date_created: formatDate(createdAt),
    error_code: code,
    price_unit: 'USD',
    api_version: '2010-04-01',
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
  };
}
