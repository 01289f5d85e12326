import { RequestError } from 'got';
import { httpClient } from '../http.ts';

/** Posts events to somebody else's program. */
export interface EventPoster {
  /** One try; resolves to why it was not taken, if it was not. */
  post(id: string, body: string): Promise<string | undefined>;
  /** Cuts off what is on its way. */
  close(): void;
}

/** How long a receiver may take for one event, in milliseconds. */
const timeoutMs = 10_000;

/** Posts events as JSON to one address. `Idempotency-Key` is the event's id, the same each time it is tried. */
export function httpPoster(url: string): EventPoster {
  const stop = new AbortController();
  const client = httpClient({
    timeout: { request: timeoutMs },
    signal: stop.signal,
    headers: { 'content-type': 'application/json', 'user-agent': 'volley' },
  });
  return {
    post: async (id, body) => {
      try {
        const { statusCode } = await client.post(url, { body, headers: { 'idempotency-key': id } });
        return statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}`;
      } catch (error) {
        if (error instanceof RequestError) return error.code;
        throw error;
      }
    },
    close: () => stop.abort(),
  };
}
