import { countSegments } from '../core/segments.ts';
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

/** What one segment costs here, in US dollars. */
const segmentPrice = 0.0079;

/** How a message will end. */
export function endOf({ truth }: StoredMessage): { readonly status: string; readonly code: number | null } {
  const ending = endings.find(([digits]) => truth.to.endsWith(digits));
  if (ending) return { status: 'undelivered', code: ending[1] };
  if (truth.faults.includes('undelivered')) return { status: 'undelivered', code: 30003 };
  if (truth.faults.includes('failed')) return { status: 'failed', code: 30008 };
  return { status: 'delivered', code: null };
}

const parameter = ({ truth }: StoredMessage, name: string): string | null =>
  truth.parameters.find(([key]) => key === name)?.[1] ?? null;

/** The statuses a message goes through, from the first to its end. */
export function statusesOf(message: StoredMessage): readonly string[] {
  const viaService = parameter(message, 'MessagingServiceSid') !== null;
  return [...(viaService ? ['accepted'] : []), 'queued', 'sending', 'sent', endOf(message).status];
}

function scheduledAt(message: StoredMessage): number | undefined {
  const sendAt = parameter(message, 'SendAt');
  return sendAt !== null && parameter(message, 'MessagingServiceSid') !== null ? Date.parse(sendAt) : undefined;
}

/** A message's status now. It follows from its age, so a million messages need no timers. */
export function statusOf(message: StoredMessage, { nowMs, statusDelayMs }: Clock): string {
  if (message.isCanceled) return 'canceled';
  const startsAt = scheduledAt(message) ?? message.truth.createdAt;
  if (nowMs < startsAt) return 'scheduled';
  const statuses = statusesOf(message);
  const step = Math.floor((nowMs - startsAt) / statusDelayMs);
  return statuses[Math.min(step, statuses.length - 1)] ?? 'queued';
}

/** RFC 2822, as the 2010-04-01 API writes dates. */
export function formatDate(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

/** A message as the API shows it. */
export function messageResource(message: StoredMessage, clock: Clock): Readonly<Record<string, unknown>> {
  const { truth, body, mediaSids, updatedAt } = message;
  const { sid, accountSid, to, createdAt } = truth;
  const status = statusOf(message, clock);
  const isSent = ['sent', 'delivered', 'undelivered'].includes(status);
  const isOver = ['delivered', 'undelivered', 'failed'].includes(status);
  const service = parameter(message, 'MessagingServiceSid');
  const { segments } = countSegments(parameter(message, 'Body') ?? '');
  const code = isOver ? endOf(message).code : null;
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
  const sentAt = (scheduledAt(message) ?? createdAt) + clock.statusDelayMs * statusesOf(message).indexOf('sent');
  return {
    body,
    num_segments: service !== null && !isOver ? '0' : String(segments),
    direction: 'outbound-api',
    from: truth.faults.includes('null-from') || service !== null ? null : parameter(message, 'From'),
    to,
    date_updated: formatDate(Math.max(updatedAt, isSent ? sentAt : createdAt)),
    price: isOver && status !== 'failed' ? (-segmentPrice * segments).toFixed(5) : null,
    error_message: code === null ? null : 'Message was not delivered',
    uri: `${uri}.json`,
    account_sid: accountSid,
    num_media: String(mediaSids.length),
    status,
    messaging_service_sid: service,
    sid,
    date_sent: isSent ? formatDate(sentAt) : null,
    date_created: formatDate(createdAt),
    error_code: code,
    price_unit: 'USD',
    api_version: '2010-04-01',
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
  };
}
