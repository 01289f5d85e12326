import { isMessageSid } from '../../core/message.ts';
import type { Callback } from '../../core/outcome/callback.ts';
import { messageStatuses } from '../../core/outcome/status.ts';
import { consentOf } from '../../core/recipient/keywords.ts';
import type { CallbackToWrite, ReadCallback, RefusedCallback, WriteCallback } from '../provider.ts';
import { isSignedBy, signatureOf } from './signature.ts';

/** Reads Twilio's webhooks that one of these auth tokens has signed. */
export function webhookReader(authTokens: readonly string[]): ReadCallback {
  return ({ url, headers, body }) => {
    const signature = headers['x-twilio-signature'];
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(String(headers['content-type'] ?? ''));
    if (typeof signature !== 'string' || !isSignedBy(authTokens, { url, signature, body, isForm })) {
      return { kind: 'forged', problem: 'a signature that is not right' };
    }
    const [, query = ''] = /\?(.*)$/s.exec(url) ?? [];
    return readForm(new URLSearchParams(isForm ? body : ''), new URLSearchParams(query));
  };
}

/** Names whose values count; a name that only begins like one is a signed form with its boundaries moved. */
const readNames = ['MessageSid', 'MessageStatus', 'SmsStatus', 'ErrorCode', 'From', 'To', 'Body', 'OptOutType'];
const knownNames = new Set([
  ...readNames,
  'FromCity',
  'FromState',
  'FromZip',
  'FromCountry',
  'ToCity',
  'ToState',
  'ToZip',
  'ToCountry',
]);

const malformed = (problem: string): RefusedCallback => ({ kind: 'malformed', problem });

/** Fields as in https://www.twilio.com/docs/messaging/guides/webhook-request; `query` is that of the address. */
function readForm(form: URLSearchParams, query: URLSearchParams): Callback | RefusedCallback {
  const moved = [...form.keys()].find(
    (name) => !knownNames.has(name) && readNames.some((known) => name.startsWith(known)),
  );
  if (moved !== undefined) return malformed(`a parameter called ${moved}`);
  const sid = form.get('MessageSid') ?? '';
  if (!isMessageSid(sid)) return malformed('no message SID');
  const status = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
  if (status === 'received' || status === 'receiving') return readInbound(sid, form);
  if (!(messageStatuses as readonly string[]).includes(status)) return malformed('no known status');
  const code = form.get('ErrorCode') ?? '';
  const messageId = query.get('m') ?? '';
  return {
    ...{ kind: 'status', sid, status },
    ...(/^[1-9]\d{4,5}$/.test(code) && { code: Number(code) }),
    ...(/^[0-9a-f]{12}-\d+$/.test(messageId) && { messageId }),
  };
}

function readInbound(sid: string, form: URLSearchParams): Callback | RefusedCallback {
  const from = form.get('From') ?? '';
  const number = form.get('To') ?? '';
  const to = form.get('MessagingServiceSid') ?? number;
  const body = form.get('Body') ?? '';
  const keyword = consentOf({ body, to: number, optOutType: form.get('OptOutType') ?? undefined });
  return from === '' || to === ''
    ? malformed('an inbound message from or to nobody')
    : {
        kind: 'inbound',
        sid,
        from,
        to,
        body,
        ...(to !== number && number !== '' && { number }),
        ...(keyword && { keyword }),
      };
}

/** Writes webhooks as Twilio does, signed with an auth token. */
export function webhookWriter(authToken: string): WriteCallback {
  return (url, callback) => {
    const body = new URLSearchParams(fieldsOf(callback)).toString();
    return {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signatureOf(authToken, url, body),
      },
      body,
    };
  };
}

function fieldsOf({ callback, accountSid, to, from }: CallbackToWrite): [name: string, value: string][] {
  const { sid } = callback;
  const isService = to?.startsWith('MG') && callback.kind === 'inbound';
  const shared = { MessageSid: sid, SmsSid: sid, AccountSid: accountSid, ApiVersion: '2010-04-01', From: from };
  const particular =
    callback.kind === 'inbound'
      ? { SmsStatus: 'received', Body: callback.body, NumMedia: '0', [isService ? 'MessagingServiceSid' : 'To']: to }
      : { MessageStatus: callback.status, SmsStatus: callback.status, ErrorCode: callback.code?.toString(), To: to };
  return Object.entries({ ...shared, ...particular }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
}
