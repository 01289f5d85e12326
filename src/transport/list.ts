import type { ListedMessage } from '../core/settle.ts';
import type { TwilioClient } from './client.ts';
import type { MessageList } from './transport.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads every page of the messages to one recipient. A page that fails makes the whole list fail: a gap is no proof. */
export async function listMessages(client: TwilioClient, accountSid: string, to: string): Promise<MessageList> {
  const messages: ListedMessage[] = [];
  let clockAheadMs = 0;
  let next: string | undefined =
    `/2010-04-01/Accounts/${accountSid}/Messages.json?${new URLSearchParams({ To: to, PageSize: '1000' })}`;
  while (next !== undefined) {
    const startedAt = Date.now();
    const exchange = await client.request('GET', next);
    if (exchange.kind !== 'answer') return { ok: false, reason: exchange.reason };
    const body = exchange.body as Fields | undefined;
    if (exchange.status !== 200 || !Array.isArray(body?.['messages']))
      return { ok: false, reason: `HTTP ${exchange.status}` };
    const date = Date.parse(String(exchange.headers['date']));
    if (!Number.isNaN(date)) clockAheadMs = date - (startedAt + Date.now()) / 2;
    messages.push(...(body['messages'] as Fields[]).map(toListed));
    next = pathOf(body['next_page_uri']);
  }
  return { ok: true, messages, clockAheadMs };
}

/** A page's own word for the next one, as long as it stays at this server. */
function pathOf(uri: unknown): string | undefined {
  return typeof uri === 'string' && /^\/(?!\/)/.test(uri) ? uri : undefined;
}

function toListed(fields: Fields): ListedMessage {
  const text = (name: string): string | null => (typeof fields[name] === 'string' ? (fields[name] as string) : null);
  return {
    sid: text('sid') ?? '',
    to: text('to') ?? '',
    from: text('from'),
    messagingServiceSid: text('messaging_service_sid'),
    direction: text('direction') ?? '',
    body: text('body') ?? '',
    status: text('status') ?? '',
    createdAt: Date.parse(text('date_created') ?? ''),
  };
}
