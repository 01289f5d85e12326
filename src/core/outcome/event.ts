import type { Message } from '../message.ts';
import type { Callback, InboundMessage } from './callback.ts';
import type { StatusUpdate } from './receipt.ts';

/** A callback that is to be passed on. */
export type OutgoingEvent = Callback & {
  /** The same however often it is received or passed on. */
  readonly id: string;
  /** When it was received, in milliseconds since 1970. */
  readonly at: number;
};

/** A receipt as an event. */
export function statusEvent({ sid, status, code, at, messageId }: StatusUpdate): OutgoingEvent {
  return {
    ...{ kind: 'status', id: `${sid}-${status}-${code ?? 0}`, at, sid, status },
    ...(code !== undefined && { code }),
    ...(messageId !== undefined && { messageId }),
  };
}

/** An inbound message as an event; `at` is when it was received, in milliseconds since 1970. */
export function inboundEvent(message: InboundMessage, at: number): OutgoingEvent {
  return { ...message, id: message.sid, at };
}

/** An event as it is posted. Field names are a contract. `message` is the row it is about, where one is known. */
export function eventJson(event: OutgoingEvent, message: Message | undefined) {
  const { kind, id, at, sid } = event;
  const base = { schema: 'volley.event/1', id, type: kind, at: new Date(at).toISOString(), sid };
  if (event.kind === 'inbound') {
    const { from, to, body, keyword = null } = event;
    return { ...base, from, to, body, keyword };
  }
  const { campaignId = null, key = null, to = null } = message ?? {};
  return { ...base, status: event.status, code: event.code ?? null, campaignId, key, to };
}

/** How long an event is tried again before it is given up, in milliseconds. */
export const keptForMs = 3 * 86_400_000;

/** What an event waits that nobody took: a second, twice as long each time, at most a quarter of an hour. */
export function retryDelayMs(attempts: number): number {
  return Math.min(1000 * 2 ** Math.min(attempts, 20), 900_000);
}
