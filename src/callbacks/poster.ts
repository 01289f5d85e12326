import { httpClient } from '../http.ts';

/** Posts events to somebody else's program. */
export interface EventPoster {
  /** Posts `body`, which is JSON, once; resolves to why it was not taken, if it was not. Never throws. */
  post(id: string, body: string): Promise<string | undefined>;
  /** Cuts off what is on its way. */
  close(): void;
}

/** How long a receiver may take for one event, in milliseconds. */
const timeoutMs = 10_000;

/** Posts events as JSON to one address. `Idempotency-Key` is the event's id, the same each time it is tried. */
export function httpPoster(url: string): EventPoster {
  const client = httpClient({ timeoutMs, headers: { 'content-type': 'application/json' } });
  return {
    post: async (id, body) => {
      const answer = await client.request({ method: 'POST', url, body, headers: { 'idempotency-key': id } });
      if (answer.kind !== 'answer') return answer.reason;
      return answer.status >= 200 && answer.status < 300 ? undefined : `HTTP ${answer.status}`;
    },
    close: client.close,
  };
}
