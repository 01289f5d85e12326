import type { Message } from '../message.ts';
import type { Consent } from '../recipient/consent.ts';
import type { StatusUpdate } from './delivery.ts';

/** Something that was heard and is to be passed on: a status of a message of ours, or a message somebody sent to us. */
export type OutgoingEvent =
  | {
      readonly kind: 'status';
      /** The same however often it is heard or passed on. */
      readonly id: string;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly sid: string;
      readonly status: string;
      readonly code?: number;
      /** Our own id of the message, where the callback carried it. */
      readonly messageId?: string;
    }
  | {
      readonly kind: 'inbound';
      readonly id: string;
      readonly at: number;
      readonly sid: string;
      readonly from: string;
      readonly to: string;
      readonly body: string;
      /** What the sender asked for with it. */
      readonly keyword?: Consent;
    };

/** A receipt as an event. */
export function statusEvent({ sid, status, code, at, messageId }: StatusUpdate): OutgoingEvent {
  return {
    ...{ kind: 'status', id: `${sid}-${status}-${code ?? 0}`, at, sid, status },
    ...(code !== undefined && { code }),
    ...(messageId !== undefined && { messageId }),
  };
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
