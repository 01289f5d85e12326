import { isMessageSid, type SendResult } from '../../core/message.ts';
import { codeLink, explainCode } from '../../core/outcome/error-codes.ts';
import { CliError } from '../../errors.ts';
import type { Account, Asked, Canceled, ListFilter, MediaRecord, Provider } from '../provider.ts';
import { type Answer, asked, refusalOf, retryAfterOf } from './answer.ts';
import { type ClientOptions, type Exchange, type TwilioClient, twilioClient } from './client.ts';
import { toForm } from './form.ts';
import { listMessages, listPath, readPage } from './list.ts';
import { readPrices } from './prices.ts';
import { readBalance, readGeoPermission, readSenderProblem } from './readiness.ts';
import { fieldsOf, toRecord } from './record.ts';

/** Parts of Twilio that have servers of their own. */
export type TwilioProduct = 'pricing' | 'messaging' | 'accounts';

/** Where Twilio is. */
export interface TwilioOptions extends ClientOptions {
  /** Where each of its other parts is. Absent: the same server. */
  readonly productUrl?: ((product: TwilioProduct) => string) | undefined;
}

/** Sends through Twilio's REST API, or any server that speaks it. */
export function twilioProvider(options: TwilioOptions): Provider {
  const client = twilioClient(options);
  const products = new Map<TwilioProduct, TwilioClient>();
  const clientOf = (product: TwilioProduct): TwilioClient => {
    const known = products.get(product);
    if (known) return known;
    const made = twilioClient({ ...options, baseUrl: options.productUrl?.(product) ?? options.baseUrl });
    products.set(product, made);
    return made;
  };
  const pathOf = (accountSid: string) => `/2010-04-01/Accounts/${accountSid}`;
  return {
    send: async (request, { mayLeave } = {}) => {
      const path = `${pathOf(request.accountSid ?? client.accountSid)}/Messages.json`;
      return toSendResult(await client.request('POST', path, toForm(request), mayLeave));
    },
    list: (to, accountSid = client.accountSid) => listMessages(client, accountSid, to),
    fetch: async (sid, accountSid = client.accountSid) => {
      const exchange = await client.request('GET', `${pathOf(accountSid)}/Messages/${sid}.json`);
      return exchange.kind === 'answer' && exchange.status === 200 ? toRecord(exchange.body) : undefined;
    },
    recent: (page, accountSid = client.accountSid, filter = {}) =>
      readPage(client, page ?? listPath(accountSid, twilioFilter(filter))),
    media: async (sid, accountSid = client.accountSid) =>
      toMedia(await client.request('GET', `${pathOf(accountSid)}/Messages/${sid}/Media.json?PageSize=1000`)),
    download: (sid, mediaSid, accountSid = client.accountSid) =>
      client.download(`${pathOf(accountSid)}/Messages/${sid}/Media/${mediaSid}`),
    redact: async (sid, accountSid = client.accountSid) => {
      const form = new URLSearchParams({ Body: '' });
      return refusalOf(await client.request('POST', `${pathOf(accountSid)}/Messages/${sid}.json`, form));
    },
    remove: async (sid, accountSid = client.accountSid) =>
      refusalOf(await client.request('DELETE', `${pathOf(accountSid)}/Messages/${sid}.json`)),
    feedback: async (sid, outcome, accountSid = client.accountSid) => {
      const form = new URLSearchParams({ Outcome: outcome });
      return refusalOf(await client.request('POST', `${pathOf(accountSid)}/Messages/${sid}/Feedback.json`, form));
    },
    prices: (country) => readPrices(clientOf('pricing'), country),
    balance: () => readBalance(client),
    senderProblem: (sender) => readSenderProblem({ api: client, messaging: clientOf('messaging') }, sender),
    mayText: (country) => readGeoPermission(clientOf('accounts'), country),
    cancel: async (sid, accountSid = client.accountSid) => {
      const form = new URLSearchParams({ Status: 'canceled' });
      return toCanceled(await client.request('POST', `${pathOf(accountSid)}/Messages/${sid}.json`, form));
    },
    account: async () => {
      const exchange = await client.request('GET', `${pathOf(client.accountSid)}.json`);
      const isRefused = exchange.kind === 'answer' && [401, 403].includes(exchange.status);
      const hasKey = options.credentials.user !== client.accountSid;
      // A standard API key may do all but look at accounts: https://www.twilio.com/docs/iam/api-keys.
      if (isRefused && hasKey && (await readPage(client, listPath(client.accountSid, {}, 1))).ok) {
        return {
          sid: client.accountSid,
          name: '',
          status: 'active',
          type: '',
          clockAheadMs: client.clockAheadMs() ?? 0,
        };
      }
      return toAccount(exchange, client.clockAheadMs() ?? 0);
    },
    clockAheadMs: client.clockAheadMs,
    close: () => {
      for (const each of [client, ...products.values()]) each.close();
    },
  };
}

/** The filters by Twilio's names, https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources. */
function twilioFilter({ to, from, since, until }: ListFilter): Record<string, string> {
  return {
    ...(to !== undefined && { To: to }),
    ...(from !== undefined && { From: from }),
    ...(since !== undefined && { 'DateSent>': since }),
    ...(until !== undefined && { 'DateSent<': until }),
  };
}

function toCanceled(exchange: Exchange): Canceled {
  const status = asked(exchange, (fields) => (typeof fields['status'] === 'string' ? fields['status'] : undefined));
  return status.ok ? { ok: true, status: status.value } : status;
}

function toMedia(exchange: Exchange): Asked<MediaRecord[]> {
  return asked(exchange, ({ media_list: list }) =>
    (Array.isArray(list) ? list : [])
      .map(fieldsOf)
      .map(({ sid, content_type: contentType }) => ({ sid: String(sid ?? ''), contentType: String(contentType ?? '') }))
      .filter(({ sid }) => /^ME[0-9a-f]{32}$/.test(sid)),
  );
}

/** What one exchange means for the message. Whatever is not certain is `unknown`. */
export function toSendResult(exchange: Exchange): SendResult {
  if (exchange.kind === 'not-sent') return { kind: 'retry', cause: 'unreachable', reason: exchange.reason };
  if (exchange.kind === 'no-answer') return { kind: 'unknown', reason: `no answer: ${exchange.reason}` };
  const { status } = exchange;
  if (status === 201) return toAccepted(exchange);
  if (status === 429) {
    // A sender's full queue is the sender's alone: https://www.twilio.com/docs/api/errors/21611.
    if (isPausedSender(exchange.body)) return toRefused(exchange);
    return { kind: 'retry', cause: 'busy', reason: 'Twilio is busy (429)', ...retryAfterOf(exchange) };
  }
  if (status >= 400 && status < 500 && status !== 408) return toRefused(exchange);
  return { kind: 'unknown', reason: `an odd answer: HTTP ${status}` };
}

function toAccepted({ body }: Answer): SendResult {
  const { sid, status, num_segments: segments } = fieldsOf(body);
  if (typeof sid !== 'string' || !isMessageSid(sid)) {
    return { kind: 'unknown', reason: 'an odd answer: HTTP 201 without a message SID' };
  }
  return { kind: 'accepted', sid, status: typeof status === 'string' ? status : 'queued', ...counted(segments) };
}

/** Twilio says "0" when a messaging service sends: it does not know yet. */
function counted(segments: unknown): { segments: number } | undefined {
  const count = Number(segments);
  return Number.isInteger(count) && count > 0 ? { segments: count } : undefined;
}

function toRefused({ status, body }: Answer): SendResult {
  const { code, message } = fieldsOf(body);
  const known = typeof code === 'number' ? explainCode(code) : undefined;
  const reason = typeof message === 'string' ? message : `HTTP ${status}`;
  if (known?.action === 'stop-run' || (!known && (status === 401 || status === 403))) {
    return { kind: 'stop', code: known?.code ?? status, reason };
  }
  // Refused by something that is not Twilio's API, a proxy perhaps: it did not reach Twilio, but who can tell.
  if (typeof code !== 'number')
    return { kind: 'unknown', reason: `an odd answer: HTTP ${status} without an error code` };
  return { kind: 'rejected', code, reason };
}

function isPausedSender(body: unknown): boolean {
  const { code } = fieldsOf(body);
  return typeof code === 'number' && explainCode(code)?.action === 'pause-sender';
}

function toAccount(exchange: Exchange, clockAheadMs: number): Account {
  if (exchange.kind !== 'answer') {
    throw new CliError('unreachable', `Twilio is out of reach (${exchange.reason}).`, { hint: 'Check the network.' });
  }
  const { status } = exchange;
  const { sid, friendly_name: name, status: state, type, code } = fieldsOf(exchange.body);
  if (status === 401 || status === 403 || status === 404) {
    const number = typeof code === 'number' ? code : status;
    throw new CliError('credentials', `Twilio refused the credentials (${number}: ${explainCode(number)?.meaning}).`, {
      hint: `Check the account SID and the token or API key. ${codeLink(number)}`,
    });
  }
  if (status !== 200 || typeof sid !== 'string') {
    throw new CliError('unreachable', `Twilio gave an odd answer: HTTP ${status}.`);
  }
  return {
    sid,
    name: String(name ?? ''),
    status: String(state ?? 'active'),
    type: String(type ?? ''),
    clockAheadMs,
  };
}
