import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CancelError, type ExtendOptions, type Got, RequestError } from 'got';
import type { Credentials } from '../../core/credentials.ts';
import { httpClient } from '../../http.ts';
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
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: unknown }
  /** Certainly not sent: no connection was made for it. */
  | { readonly kind: 'not-sent'; readonly reason: string }
  /** It may have been read and acted upon. */
  | { readonly kind: 'no-answer'; readonly reason: string };

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The one place that speaks HTTP with Twilio: authentication, time-outs, what an error proves, redaction. */
export interface TwilioClient {
  readonly accountSid: string;
  request(method: 'GET' | 'POST' | 'DELETE', path: string, form?: URLSearchParams): Promise<Exchange>;
  /** Fetches a file. Where it is kept elsewhere, the credentials stay behind. */
  download(path: string): Promise<Asked<Uint8Array>>;
  /** See `ServerClock.aheadMs`. */
  clockAheadMs(): number | undefined;
  /** See `ServerClock.steadySince`. */
  clockSteadySince(): number;
  close(): void;
}

/** Media may be larger than answers: WhatsApp takes documents up to 100 MB. In bytes. */
const maxFileBytes = 100 * 1024 * 1024;

/** Connecting takes its own, shorter time: failing there is certain, failing later is not. In milliseconds. */
const connectTimeoutMs = 10_000;

/** Makes the client. One attempt a request, no redirects, keep-alive. */
export function twilioClient({ credentials, baseUrl, timeoutMs, clocks = machineClocks }: ClientOptions): TwilioClient {
  const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  // In a header made here, not in got's options: its errors carry those, and a log might carry the error.
  const authorization = `Basic ${Buffer.from(`${credentials.user}:${credentials.secret}`).toString('base64')}`;
  const connect = Math.min(connectTimeoutMs, timeoutMs);
  const clock = serverClock(clocks);
  const options: ExtendOptions = {
    agent,
    decompress: false,
    timeout: { lookup: connect, connect, secureConnect: connect, request: timeoutMs },
    headers: { accept: 'application/json', 'user-agent': 'volley' },
    hooks: { beforeRequest: [({ headers }) => void Object.assign(headers, { authorization })] },
  };
  const client = httpClient(options);

  return {
    accountSid: credentials.accountSid,
    request: async (method, path, form) => {
      const sentAt = clocks.monotonic();
      try {
        const response = await client(`${baseUrl}${path}`, {
          method,
          ...(form && {
            body: form.toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }),
        });
        clock.learn(response.headers, sentAt);
        return {
          kind: 'answer',
          status: response.statusCode,
          headers: response.headers,
          body: parseJson(response.body),
        };
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        return failureOf(error, baseUrl.startsWith('https:'));
      }
    },
    download: (path) => download(httpClient(options, maxFileBytes), `${baseUrl}${path}`),
    clockAheadMs: clock.aheadMs,
    clockSteadySince: clock.steadySince,
    close: () => {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** How often a file may be said to be somewhere else. */
const maxRedirects = 3;

/** `client` is for the first address only: where that points to, a file store, must not see the credentials. */
async function download(client: Got, url: string): Promise<Asked<Uint8Array>> {
  const isSecure = url.startsWith('https:');
  let [ask, at] = [client, url];
  try {
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const { statusCode, headers, rawBody } = await ask(at, { method: 'GET', responseType: 'buffer' });
      if (statusCode === 200) return { ok: true, value: rawBody };
      const { location } = headers;
      if (statusCode < 300 || statusCode > 399 || location === undefined) {
        return { ok: false, reason: `HTTP ${statusCode}` };
      }
      const next = new URL(location, at);
      if (isSecure && next.protocol !== 'https:') return { ok: false, reason: 'it is kept where no TLS is' };
      ask = httpClient({ timeout: { request: 60_000 } }, maxFileBytes);
      at = next.href;
    }
    return { ok: false, reason: 'it is said to be elsewhere each time' };
  } catch (error) {
    if (error instanceof RequestError) return { ok: false, reason: reasonOf(error) };
    throw error;
  }
}

/**
 * What a failed request proves. Only a connection that was never made proves that nothing was sent:
 * got reports an upload as complete before anyone has read it.
 */
function failureOf(error: RequestError, secure: boolean): Exchange {
  const { timings } = error;
  const reason = reasonOf(error);
  const connected = timings?.connect !== undefined && (!secure || timings.secureConnect !== undefined);
  // Neither the options nor the message of got's error go on from here: both can hold the credentials.
  return timings && !connected ? { kind: 'not-sent', reason } : { kind: 'no-answer', reason };
}

const reasonOf = (error: RequestError): string =>
  error instanceof CancelError ? 'an answer far too long' : error.code;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
