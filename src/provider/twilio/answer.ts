import type { Asked, Busy } from '../provider.ts';
import type { Exchange } from './client.ts';
import { fieldsOf } from './record.ts';
import { readRetryAfter } from './retry-after.ts';

/** An exchange that came to an answer. */
export type Answer = Extract<Exchange, { kind: 'answer' }>;

/** Why a call did not succeed; undefined when it did: any 2xx, since nothing is created here that could be doubled. */
export function refusalOf(exchange: Exchange): string | undefined {
  if (exchange.kind !== 'answer') return `no answer: ${exchange.reason}`;
  if (exchange.status >= 200 && exchange.status < 300) return undefined;
  const { code, message } = fieldsOf(exchange.body);
  const reason = typeof message === 'string' ? message : `HTTP ${exchange.status}`;
  return typeof code === 'number' ? `${code}: ${reason}` : reason;
}

/** What a call was made for, out of its answer; `read` gives undefined for one that makes no sense. */
export function asked<T>(exchange: Exchange, read: (fields: ReturnType<typeof fieldsOf>) => T | undefined): Asked<T> {
  const reason = refusalOf(exchange);
  if (reason !== undefined || exchange.kind !== 'answer') return { ok: false, reason: reason ?? '' };
  const value = read(fieldsOf(exchange.body));
  return value === undefined ? { ok: false, reason: 'an odd answer' } : { ok: true, value };
}

/** What an answer that says "too many requests" asks for. */
export function retryAfterOf({ headers }: Answer): Busy {
  const afterMs = readRetryAfter(headers['retry-after'], headers['date']);
  return { ...(afterMs !== undefined && { afterMs }) };
}
