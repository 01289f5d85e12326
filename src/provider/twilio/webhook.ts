import { isMessageSid } from '../../core/message.ts';
import { messageStatuses } from '../../core/outcome/status.ts';
import { type Consent, consentOf } from '../../core/recipient/consent.ts';

/** What Twilio told: a status of a message of ours, or a message that somebody sent to us. */
export type Webhook =
  | {
      readonly kind: 'status';
      readonly sid: string;
      readonly status: string;
      readonly code?: number;
      /** Our own id of the message, where its callback address carries it. */
      readonly messageId?: string;
    }
  | {
      readonly kind: 'inbound';
      readonly sid: string;
      readonly from: string;
      readonly to: string;
      readonly body: string;
      readonly keyword?: Consent;
    }
  | { readonly kind: 'odd'; readonly problem: string };

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

/** Reads a request whose signature is right. `query` is that of its address. */
export function readWebhook(body: string, query: URLSearchParams): Webhook {
  const form = new URLSearchParams(body);
  const moved = [...form.keys()].find(
    (name) => !knownNames.has(name) && readNames.some((known) => name.startsWith(known)),
  );
  if (moved !== undefined) return { kind: 'odd', problem: `a parameter called ${moved}` };
  const sid = form.get('MessageSid') ?? '';
  if (!isMessageSid(sid)) return { kind: 'odd', problem: 'no message SID' };
  const status = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
  if (status === 'received' || status === 'receiving') return readInbound(sid, form);
  if (!(messageStatuses as readonly string[]).includes(status)) return { kind: 'odd', problem: 'no known status' };
  const code = form.get('ErrorCode') ?? '';
  const messageId = query.get('m') ?? '';
  return {
    ...{ kind: 'status', sid, status },
    ...(/^[1-9]\d{4,5}$/.test(code) && { code: Number(code) }),
    ...(/^[0-9a-f]{12}-\d+$/.test(messageId) && { messageId }),
  };
}

function readInbound(sid: string, form: URLSearchParams): Webhook {
  const from = form.get('From') ?? '';
  const number = form.get('To') ?? '';
  const to = form.get('MessagingServiceSid') ?? number;
  const body = form.get('Body') ?? '';
  const keyword = consentOf({ body, to: number, optOutType: form.get('OptOutType') ?? undefined });
  return from === '' || to === ''
    ? { kind: 'odd', problem: 'an inbound message from or to nobody' }
    : { kind: 'inbound', sid, from, to, body, ...(keyword && { keyword }) };
}
