import type { Asked, Canceled, ListFilter, MediaRecord, Provider } from '../provider.ts';
import { readAccount } from './account.ts';
import { asked, refusalOf } from './answer.ts';
import { type ClientOptions, type Exchange, type TwilioClient, twilioClient } from './client.ts';
import { toForm } from './form.ts';
import { listMessages, listPath, readPage } from './list.ts';
import { readPrices } from './prices.ts';
import { readBalance, readGeoPermission, readSenderProblem } from './readiness.ts';
import { fieldsOf, toRecord } from './record.ts';
import { toSendResult } from './send-result.ts';

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
    account: () =>
      readAccount(client, `${pathOf(client.accountSid)}.json`, options.credentials.user !== client.accountSid),
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
