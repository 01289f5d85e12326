import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isLoopback } from '../core/request/web-address.ts';
import { dueAt, endOf, parameter, senderOf, statusesOf } from './resource.ts';
import type { StoredMessage } from './store.ts';
import type { Timers } from './timers.ts';

/** Twilio's signature of a form it posts: https://www.twilio.com/docs/usage/security#validating-requests. */
export function signCallback(authToken: string, url: string, parameters: Readonly<Record<string, string>>): string {
  const names = Object.keys(parameters).sort();
  const signed = url + names.map((name) => name + parameters[name]).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** Posts status callbacks, to this machine only. */
export interface Callbacks {
  /** Posts every status after the first, one after the other. */
  readonly follow: (message: StoredMessage) => void;
  /** The callback that overtakes the create's answer. Ends when it has been posted, or could not be. */
  readonly postEarly: (message: StoredMessage) => Promise<void>;
  readonly stop: () => void;
}

/** What callbacks are posted with. */
export interface CallbackSettings {
  readonly authToken: string;
  /** Time between two statuses, in milliseconds. */
  readonly statusDelayMs: number;
  readonly timers: Timers;
}

/** What is waited before a callback that nobody took is posted again, in milliseconds: shorter than at Twilio, for rehearsals. */
const retryDelaysMs = [500, 2000, 5000];

/** A poster of callbacks for one account. */
export function startCallbacks({ authToken, statusDelayMs, timers }: CallbackSettings): Callbacks {
  const poster = startPoster();
  const deliver = async (callback: SignedCallback): Promise<void> => {
    if (await poster.post(callback)) return;
    const retry = async (attempt: number): Promise<void> => {
      const wait = retryDelaysMs[attempt];
      if (wait === undefined) return;
      await timers.sleep(wait);
      if (!(await poster.post(callback))) await retry(attempt + 1);
    };
    // Not awaited: only the first try can be early.
    void retry(0);
  };
  const postStatus = async (message: StoredMessage, status: string): Promise<void> => {
    const url = callbackUrl(message);
    const { faults } = message.truth;
    if (url === undefined || faults.includes('callback-lost')) return;
    const form = callbackForm(message, status, statusDelayMs);
    const callback = { url, form, signature: signCallback(authToken, url, form), token: randomUUID() };
    const posted = [deliver(callback)];
    if (faults.includes('callback-double')) posted.push(deliver(callback));
    if (faults.includes('callback-forged')) posted.push(deliver(forge(callback)));
    await Promise.all(posted);
  };
  return {
    postEarly: (message) => postStatus(message, 'sent'),
    follow: (message) => {
      if (callbackUrl(message) === undefined) return;
      const waitMs = dueAt(message) - message.truth.createdAt;
      const statuses = waitMs > 0 ? statusesOf(message) : statusesOf(message).slice(1);
      const ordered = message.truth.faults.includes('callback-reorder') ? statuses.toReversed() : statuses;
      const postFrom = (step: number, delayMs: number): void => {
        const status = ordered[step];
        if (status === undefined) return;
        timers.later(delayMs, () => {
          if (message.isCanceled) return;
          void postStatus(message, status);
          postFrom(step + 1, statusDelayMs);
        });
      };
      postFrom(0, waitMs > 0 ? waitMs : statusDelayMs);
    },
    stop: poster.stop,
  };
}

/** The message's callback address, if it is on this machine: a rehearsal never calls outside. */
function callbackUrl(message: StoredMessage): string | undefined {
  const url = parameter(message, 'StatusCallback');
  if (url === null) return undefined;
  const { protocol, hostname } = new URL(url);
  // What follows the # are connection overrides for Twilio; it is neither sent nor signed.
  return /^https?:$/.test(protocol) && isLoopback(hostname) ? url.replace(/#.*/s, '') : undefined;
}

function callbackForm(message: StoredMessage, status: string, statusDelayMs: number): Record<string, string> {
  const { truth } = message;
  const { code } = endOf(message);
  const service = parameter(message, 'MessagingServiceSid');
  const from = senderOf(message, status);
  const doneMs = dueAt(message) + statusDelayMs * statusesOf(message).indexOf(status);
  return {
    MessageSid: truth.sid,
    SmsSid: truth.sid,
    MessageStatus: status,
    SmsStatus: status,
    To: truth.to,
    AccountSid: truth.accountSid,
    ApiVersion: '2010-04-01',
    ...(from !== null && { From: from }),
    ...(service !== null && { MessagingServiceSid: service }),
    ...(code !== null && ['undelivered', 'failed'].includes(status) && { ErrorCode: String(code) }),
    ...(['delivered', 'undelivered'].includes(status) && { RawDlrDoneDate: rawDate(doneMs) }),
    ...(truth.faults.includes('callback-huge') && { Padding: 'x'.repeat(100_000) }),
  };
}

/** `YYMMDDhhmm`, as carriers write it. */
function rawDate(ms: number): string {
  return new Date(ms).toISOString().slice(2, 16).replace(/[-T:]/g, '');
}

interface SignedCallback {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  readonly signature: string;
  /** The same each time it is tried. */
  readonly token: string;
}

/** What somebody without the token would post: a false status, signed with another token. */
function forge(callback: SignedCallback): SignedCallback {
  const form = { ...callback.form, MessageStatus: 'failed', SmsStatus: 'failed', ErrorCode: '30008' };
  return { ...callback, form, signature: signCallback('a guess', callback.url, form), token: randomUUID() };
}

/** Posts callbacks; each resolves to whether somebody took it. */
function startPoster() {
  const agents = { http: new Agent({ keepAlive: true, maxSockets: 64 }), tls: new TlsAgent({ keepAlive: true }) };
  const post = ({ url, form, signature, token }: SignedCallback): Promise<boolean> =>
    new Promise((resolve) => {
      const body = new URLSearchParams(form).toString();
      const isTls = url.toLowerCase().startsWith('https:');
      const options = {
        method: 'POST',
        agent: isTls ? agents.tls : agents.http,
        timeout: 15_000,
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          'x-twilio-signature': signature,
          'i-twilio-idempotency-token': token,
          'user-agent': 'TwilioProxy/1.1',
        },
      };
      const outgoing = (isTls ? tlsRequest : request)(url, options, (answer) => {
        answer.resume();
        answer.on('error', () => undefined);
        resolve((answer.statusCode ?? 500) < 500);
      });
      outgoing.on('timeout', () => outgoing.destroy());
      outgoing.on('error', () => resolve(false));
      outgoing.end(body);
    });
  return {
    post,
    stop: () => {
      agents.http.destroy();
      agents.tls.destroy();
    },
  };
}
