import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials } from '../../core/credentials.ts';
import { type HttpClient, type HttpFailure, httpClient, type MayLeave } from '../../http.ts';
import type { Asked } from '../provider.ts';
import { machineClocks, type OwnClocks, serverClock } from './server-clock.ts';

/** How to reach Twilio. */
export interface ClientOptions {
  readonly credentials: Credentials;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** For one request, from its first byte to the last of its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Our own clocks; absent: the machine's. */
  readonly clocks?: OwnClocks;
}

/** What came back: an answer, or how far the request got without one. */
export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** What its JSON says; undefined when it is none. */
      readonly body: unknown;
    }
  | HttpFailure;

/** The one place that speaks HTTP with Twilio: who we are, what an answer is, what it tells of Twilio's clock. */
export interface TwilioClient {
  readonly accountSid: string;
  /** Makes one attempt; resolves to what became of it, however bad. `path` begins with a slash. */
  request(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    form?: URLSearchParams,
    mayLeave?: MayLeave,
  ): Promise<Exchange>;
  /** Fetches a file of at most 100 MB. Where it is kept elsewhere, the credentials stay behind. */
  download(path: string): Promise<Asked<Uint8Array>>;
  /** See `ServerClock.aheadMs`. */
  clockAheadMs(): number | undefined;
  /** See `ServerClock.steadySince`. */
  clockSteadySince(): number;
  /** Lets go of all connections. */
  close(): void;
}

/** Media may be larger than answers: WhatsApp takes documents up to 100 MB. In bytes. */
const maxFileBytes = 100 * 1024 * 1024;

/** How long a file store may take for one file, in milliseconds. */
const fileTimeoutMs = 60_000;

const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

/** Makes the client. One attempt a request, no redirects, keep-alive. */
export function twilioClient({ credentials, baseUrl, timeoutMs, clocks = machineClocks }: ClientOptions): TwilioClient {
  const authorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.secret}`).toString('base64')}`;
  const client = httpClient({ timeoutMs, authorization, headers: { accept: 'application/json' } });
  const clock = serverClock(clocks);
  return {
    accountSid: credentials.accountSid,
    request: async (method, path, form, mayLeave) => {
      const sentAt = clocks.monotonic();
      const posted = form && { body: form.toString(), headers: formHeaders };
      const answer = await client.request({ method, url: `${baseUrl}${path}`, ...posted, mayLeave });
      if (answer.kind !== 'answer') return answer;
      clock.learn(answer.headers, sentAt);
      return { ...answer, body: parseJson(answer.body.toString()) };
    },
    download: (path) => download(client, `${baseUrl}${path}`),
    clockAheadMs: clock.aheadMs,
    clockSteadySince: clock.steadySince,
    close: client.close,
  };
}

/** How often a file may be said to be somewhere else. */
const maxRedirects = 3;

/** `client` is for the first address only: where that points to, a file store, must not see the credentials. */
async function download(client: HttpClient, url: string): Promise<Asked<Uint8Array>> {
  const isSecure = url.startsWith('https:');
  const stranger = httpClient({ timeoutMs: fileTimeoutMs });
  let [ask, at] = [client, url];
  try {
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const answer = await ask.request({ method: 'GET', url: at, maxBytes: maxFileBytes });
      if (answer.kind !== 'answer') return { ok: false, reason: answer.reason };
      const { status, headers, body } = answer;
      if (status === 200) return { ok: true, value: body };
      const { location } = headers;
      if (status < 300 || status > 399 || location === undefined) return { ok: false, reason: `HTTP ${status}` };
      const next = new URL(location, at);
      if (isSecure && next.protocol !== 'https:') return { ok: false, reason: 'it is kept where no TLS is' };
      [ask, at] = [stranger, next.href];
    }
    return { ok: false, reason: 'it is said to be elsewhere each time' };
  } finally {
    stranger.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
