import type { Exchange } from './client.ts';
import { fieldsOf } from './record.ts';
import type { Asked } from './transport.ts';

/** Why a call did not end with the status it should have; undefined when it did. */
export function refusalOf(exchange: Exchange, expected: number): string | undefined {
  if (exchange.kind !== 'answer') return `no answer: ${exchange.reason}`;
  if (exchange.status === expected) return undefined;
  const { code, message } = fieldsOf(exchange.body);
  const reason = typeof message === 'string' ? message : `HTTP ${exchange.status}`;
  return typeof code === 'number' ? `${code}: ${reason}` : reason;
}

/** What a call was made for, out of its answer; `read` gives undefined for one that makes no sense. */
export function asked<T>(exchange: Exchange, read: (fields: ReturnType<typeof fieldsOf>) => T | undefined): Asked<T> {
  const reason = refusalOf(exchange, 200);
  if (reason !== undefined || exchange.kind !== 'answer') return { ok: false, reason: reason ?? '' };
  const value = read(fieldsOf(exchange.body));
  return value === undefined ? { ok: false, reason: 'an odd answer' } : { ok: true, value };
}
