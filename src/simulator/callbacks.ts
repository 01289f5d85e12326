import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { endOf, statusesOf } from './resource.ts';
import type { StoredMessage } from './store.ts';

/** Twilio's signature of a form it posts: https://www.twilio.com/docs/usage/security#validating-requests. */
export function signCallback(authToken: string, url: string, parameters: Readonly<Record<string, string>>): string {
  const names = Object.keys(parameters).sort();
  const signed = url + names.map((name) => name + parameters[name]).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** Posts status callbacks, to this machine only. */
export interface Callbacks {
  /** Tells of every status after the first, one after the other. */
  readonly follow: (message: StoredMessage) => void;
  /** The callback that overtakes the create's answer. */
  readonly tellEarly: (message: StoredMessage) => void;
  readonly stop: () => void;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What Twilio waits before it tries a callback again that found nobody, in milliseconds. */
const retryDelaysMs = [500, 2000, 5000];

/** A poster of callbacks for one account. */
export function startCallbacks(authToken: string, statusDelayMs: number): Callbacks {
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const tell = (message: StoredMessage, status: string) => {
    const url = callbackUrl(message);
    if (!url || message.truth.faults.includes('callback-lost')) return;
    const form = callbackForm(message, status);
    const signature = signCallback(authToken, url, form);
    const send = (attempt: number): void =>
      post(url, form, signature, (isTaken) => {
        const wait = retryDelaysMs[attempt];
        if (!isTaken && wait !== undefined) later(wait, () => send(attempt + 1));
      });
    send(0);
    if (message.truth.faults.includes('callback-double')) send(0);
    if (message.truth.faults.includes('callback-forged'))
      post(url, form, signCallback('not the token', url, form), () => undefined);
  };
  return {
    tellEarly: (message) => tell(message, 'sent'),
    follow: (message) => {
      if (!callbackUrl(message)) return;
      const statuses = statusesOf(message).slice(1);
      const ordered = message.truth.faults.includes('callback-reorder') ? statuses.toReversed() : statuses;
      ordered.forEach((status, i) => void later(statusDelayMs * (i + 1), () => tell(message, status)));
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** The message's callback address, if it is on this machine: a rehearsal never calls outside. */
function callbackUrl({ truth }: StoredMessage): string | undefined {
  const url = truth.parameters.find(([name]) => name === 'StatusCallback')?.[1];
  if (url === undefined) return undefined;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && loopback.has(hostname) ? url : undefined;
}

function callbackForm(message: StoredMessage, status: string): Record<string, string> {
  const { truth } = message;
  const { code } = endOf(message);
  const get = (name: string) => truth.parameters.find(([key]) => key === name)?.[1];
  const service = get('MessagingServiceSid');
  const from = get('From');
  return {
    MessageSid: truth.sid,
    SmsSid: truth.sid,
    MessageStatus: status,
    SmsStatus: status,
    To: truth.to,
    AccountSid: truth.accountSid,
    ApiVersion: '2010-04-01',
    ...(from !== undefined && { From: from }),
    ...(service !== undefined && { MessagingServiceSid: service }),
    ...(code !== null && ['undelivered', 'failed'].includes(status) && { ErrorCode: String(code) }),
    ...(status === 'delivered' && { RawDlrDoneDate: rawDate(truth.createdAt) }),
    ...(truth.faults.includes('callback-huge') && { Padding: 'x'.repeat(100_000) }),
  };
}

/** `YYMMDDhhmm`, as carriers write it. */
function rawDate(ms: number): string {
  return new Date(ms).toISOString().slice(2, 16).replace(/[-T:]/g, '');
}

function post(url: string, form: Record<string, string>, signature: string, done: (isTaken: boolean) => void): void {
  const body = new URLSearchParams(form).toString();
  const outgoing = request(
    url,
    {
      method: 'POST',
      timeout: 15_000,
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'x-twilio-signature': signature,
        'i-twilio-idempotency-token': crypto.randomUUID(),
        'user-agent': 'TwilioProxy/1.1',
      },
    },
    (answer) => {
      answer.resume();
      done((answer.statusCode ?? 500) < 500);
    },
  );
  outgoing.on('timeout', () => outgoing.destroy());
  outgoing.on('error', () => done(false));
  outgoing.end(body);
}
