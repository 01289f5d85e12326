import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import got, { Options, type Request, RequestError } from 'got';

/** How a client makes its requests. */
export interface HttpOptions {
  /** For one request, from its start to the last byte of its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Sent with every request, by names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the `Authorization` header says. */
  readonly authorization?: string;
  /** Looks host names up; absent: the system does. */
  readonly lookup?: LookupFunction;
}

/** Says whether a request may leave. Asked once its connection stands, right before its first byte. */
export type MayLeave = () => boolean | Promise<boolean>;

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly url: string;
  /** By names in small letters. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
  /** The most that the answer may hold, unpacked, in bytes; absent: 16 MiB. */
  readonly maxBytes?: number;
  /** Absent: it may. Where it says no, the connection is closed and the request `not-sent`. */
  readonly mayLeave?: MayLeave | undefined;
}

/** An answer, whatever its status is. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked where it came packed. */
  readonly body: Buffer;
}

/** A request without an answer. The reason is Node's code, as `ECONNRESET`, or a few words. */
export type HttpFailure =
  /** No byte of it has left, so nobody can have read it. */
  | { readonly kind: 'not-sent'; readonly reason: string }
  /** It may have been read and acted upon. */
  | { readonly kind: 'no-answer'; readonly reason: string };

/** Makes requests: each once, over connections that are kept, and following no redirect. */
export interface HttpClient {
  /** Resolves to what became of the request, however bad; throws only for an address or a header that is none. */
  request(request: HttpRequest): Promise<HttpAnswer | HttpFailure>;
  /** Lets go of all connections; what is on its way ends without an answer. */
  close(): void;
}

/** Connecting takes its own, shorter time: failing there is certain, failing later is not. In milliseconds. */
const connectTimeoutMs = 10_000;

/** Answers are small; what is larger than this comes from nobody we ask, in bytes. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** Answers are too small for packing to be worth its work, but one that comes packed all the same is unpacked. */
const ourHeaders = { 'user-agent': 'volley', 'accept-encoding': 'identity' };

/** Makes a client. The one place that knows how to use got. */
export function httpClient(options: HttpOptions): HttpClient {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const prepared = prepare(options, agents);
  let last: Pick<HttpRequest, 'url' | 'headers'> | undefined;
  return {
    request: ({ method, url, headers, body, maxBytes = maxAnswerBytes, mayLeave }) => {
      // Most requests go where the last one went, and got takes its time over addresses and headers.
      if (url !== last?.url) prepared.url = url;
      if (!last || headers !== last.headers) prepared.headers = { ...ourHeaders, ...options.headers, ...headers };
      last = { url, headers };
      prepared.method = method;
      prepared.body = body;
      // got copies what was prepared before it returns, so the next request may change it.
      const stream = got(undefined, undefined, prepared) as Request;
      // Without a body got waits for somebody to write one, but for these methods.
      if (body === undefined && method !== 'GET' && method !== 'HEAD') stream.end();
      const isSecure = /^https:/i.test(url);
      const isHeld = mayLeave && holdBack(stream, isSecure, mayLeave);
      return exchange(stream, { method, maxBytes, isSecure, isHeld });
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** got at its cheapest, as a stream with options that are made once: as a promise a request costs three times as much. */
function prepare({ timeoutMs, authorization, lookup }: HttpOptions, agents: Agents): Options {
  const connect = Math.min(connectTimeoutMs, timeoutMs);
  const prepared = new Options(undefined, {
    isStream: true,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
    timeout: { lookup: connect, connect, secureConnect: connect, request: timeoutMs },
    // Beside got, and not in its options: its errors carry those, and a log might carry the error.
    request: (url, { method, headers }) => {
      const whole = { ...headers, ...(authorization !== undefined && { authorization }) };
      const native = { method, headers: whole, ...(lookup && { lookup }) };
      return url.protocol === 'https:'
        ? httpsRequest(url, { ...native, agent: agents.https })
        : httpRequest(url, { ...native, agent: agents.http });
    },
  });
  // Nothing is cached. got puts these into the options of each request, which takes Node 20 a tenth of a millisecond unless they are none.
  prepared.cacheOptions = {};
  return prepared;
}

/**
 * Holds a request back until its connection stands and it may leave; returns whether it is still held. Whoever asks
 * before that cannot know how long the connection will take, or the process stand still meanwhile.
 */
function holdBack(stream: Request, isSecure: boolean, mayLeave: MayLeave): () => boolean {
  let isHeld = true;
  const refuse = () => stream.destroy(Object.assign(new Error('held back'), { code: 'held back' }));
  stream.once('socket', (socket: Socket) => {
    const letGo = () => {
      isHeld = false;
      socket.uncork();
    };
    const ask = () => {
      const answer = mayLeave();
      if (typeof answer === 'boolean') return answer ? letGo() : void refuse();
      answer.then((may) => (may && !stream.destroyed ? letGo() : refuse()), refuse);
    };
    // What is written to a corked socket stays with us.
    socket.cork();
    if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', ask);
    else ask();
  });
  return () => isHeld;
}

interface Expected extends Pick<Required<HttpRequest>, 'method' | 'maxBytes'> {
  readonly isSecure: boolean;
  /** Whether no byte of the request has left yet, where that is known. */
  readonly isHeld: (() => boolean) | undefined;
}

/** Reads the answer to a request that has begun. */
function exchange(
  stream: Request,
  { method, maxBytes, isSecure, isHeld }: Expected,
): Promise<HttpAnswer | HttpFailure> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const countIn = (bytes: number): void => {
      length += bytes;
      if (length <= maxBytes) return;
      resolve({ kind: 'no-answer', reason: 'an answer far too long' });
      stream.destroy();
    };
    stream.on('response', ({ headers }) => {
      // What says that it is too long is not read at all. The length of an answer to HEAD is that of a body that does not come.
      if (method !== 'HEAD' && Number(headers['content-length'] ?? 0) > maxBytes) countIn(Number.POSITIVE_INFINITY);
    });
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      countIn(chunk.length);
    });
    stream.on('end', () => {
      const { statusCode: status = 0, headers = {} } = stream.response ?? {};
      resolve({ kind: 'answer', status, headers, body: Buffer.concat(chunks) });
      // Whatever is left of a request that was answered before it was read whole.
      stream.destroy();
    });
    stream.on('error', (error) => {
      if (error instanceof RequestError) resolve(failureOf(error, isSecure, isHeld));
      else reject(error);
    });
    // An answer in another protocol is none that got would ever tell of, in time or late.
    stream.on('upgrade', (_, socket: Duplex) => {
      resolve({ kind: 'no-answer', reason: 'an answer in another protocol' });
      socket.destroy();
      stream.destroy();
    });
    // Nothing ends without one of the above; if it did, nobody would wait for it.
    stream.on('close', () => resolve({ kind: 'no-answer', reason: 'the connection was closed' }));
  });
}

/**
 * What a failed request proves. Only one that was held back, or a connection that was never made, proves that nothing
 * was sent: got reports an upload as complete before anyone has read it.
 */
function failureOf({ code: reason, timings }: RequestError, isSecure: boolean, isHeld?: () => boolean): HttpFailure {
  if (isHeld?.()) return { kind: 'not-sent', reason };
  // Neither the options nor the message of got's error go on from here: both can hold what is secret.
  const isConnected = timings?.connect !== undefined && (!isSecure || timings.secureConnect !== undefined);
  return { kind: timings && !isConnected ? 'not-sent' : 'no-answer', reason };
}
