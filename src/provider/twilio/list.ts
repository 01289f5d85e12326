import { pagesOf } from '../pages.ts';
import type { MessageList, MessagePage, MessageRecord } from '../provider.ts';
import { retryAfterOf } from './answer.ts';
import type { TwilioClient } from './client.ts';
import { fieldsOf, toRecord } from './record.ts';

/** Reads every page of the messages to one recipient. A page that fails makes the whole list fail: a gap is no proof. */
export async function listMessages(client: TwilioClient, accountSid: string, to: string): Promise<MessageList> {
  const first = listPath(accountSid, { To: to });
  const messages: MessageRecord[] = [];
  for await (const page of pagesOf((next = first) => readPage(client, next))) {
    if (!page.ok) return page;
    messages.push(...page.messages);
  }
  return { ok: true, messages, clockAheadMs: client.clockAheadMs(), clockSteadySince: client.clockSteadySince() };
}

/** Where an account's messages begin, newest first. */
export function listPath(accountSid: string, filter: Readonly<Record<string, string>> = {}, pageSize = 1000): string {
  return `/2010-04-01/Accounts/${accountSid}/Messages.json?${new URLSearchParams({ ...filter, PageSize: String(pageSize) })}`;
}

/** Reads one page of messages. */
export async function readPage(client: TwilioClient, path: string): Promise<MessagePage> {
  const exchange = await client.request('GET', path);
  if (exchange.kind !== 'answer') return { ok: false, reason: exchange.reason };
  if (exchange.status === 429) return { ok: false, reason: 'HTTP 429', busy: retryAfterOf(exchange) };
  const { messages, next_page_uri: uri } = fieldsOf(exchange.body);
  if (exchange.status !== 200 || !Array.isArray(messages)) return { ok: false, reason: `HTTP ${exchange.status}` };
  const next = pathOf(uri);
  return {
    ok: true,
    messages: messages.map(toRecord),
    ...(next !== undefined && { next }),
  };
}

/** A page's own word for the next one, as long as it stays at this server. */
function pathOf(uri: unknown): string | undefined {
  return typeof uri === 'string' && /^\/(?!\/)/.test(uri) ? uri : undefined;
}
