import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Callback } from '../core/outcome/callback.ts';
import { listen } from '../listen.ts';
import type { ReadCallback } from '../provider/provider.ts';

/** How to listen for callbacks. */
export interface ListenOptions {
  /** The address that the provider was given; its path is the only one that is answered. */
  readonly publicUrl: string;
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  readonly readCallback: ReadCallback;
  /** Resolves once the callback is on disk; only then is it answered with 200. When it throws, the answer is 503. */
  readonly onCallback: (callback: Callback) => Promise<void>;
  /** Hears why a request was turned away. */
  readonly onRefused: (reason: string) => void;
}

/** A server that listens. */
export interface CallbackServer {
  readonly port: number;
  /** Takes nothing new, and resolves when what has begun is over, or was cut off after two seconds. */
  readonly close: () => Promise<void>;
}

/**
 * Far more than any callback needs, and little enough that strangers can't use us up. Twilio itself waits 15 s:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
 */
const limits = { bodyBytes: 64 * 1024, headersMs: 10_000, requestMs: 15_000, connections: 256, closeMs: 2000 };

/** Where a supervisor may ask whether it is alive. */
const healthPath = '/healthz';

/** Starts listening. Throws a `CliError` when the port cannot be used. */
export async function listenForCallbacks(options: ListenOptions): Promise<CallbackServer> {
  const server = createServer(
    { headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      serve(request, response, options).catch((error: unknown) => {
        options.onRefused(`it could not be written down: ${error instanceof Error ? error.message : String(error)}`);
        // Not 2xx: the provider may come again, and by then there may be room on the disk.
        answer(response, 503);
      });
    },
  );
  server.maxConnections = limits.connections;
  const port = await listen(server, options);
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // A client that never ends what it began must not keep us: whatever was answered is on disk.
      const cut = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: ListenOptions): Promise<void> {
  const target = request.url ?? '/';
  const { pathname } = new URL(options.publicUrl);
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  if (request.method === 'GET' && path === healthPath) return answer(response, 200, 'ok\n');
  if (path !== pathname) return refuse(response, 404, `the path ${path}`, options);
  if (request.method !== 'POST') return refuse(response, 405, `the method ${request.method}`, options);
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413, 'a body over 64 KiB', options);
  // The query as it came: put together anew it would not be what was signed.
  const url = options.publicUrl.replace(/[?#].*$/s, '') + (at < 0 ? '' : target.slice(at));
  const callback = options.readCallback({ url, headers: request.headers, body });
  if ('problem' in callback) return refuse(response, callback.kind === 'forged' ? 403 : 400, callback.problem, options);
  await options.onCallback(callback);
  answer(response, 200, '<?xml version="1.0" encoding="UTF-8"?><Response/>', 'text/xml');
}

/** The body as text; undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limits.bodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, status: number, reason: string, { onRefused }: ListenOptions): void {
  onRefused(reason);
  answer(response, status);
}

function answer(response: ServerResponse, status: number, body = '', type = 'text/plain'): void {
  if (response.headersSent) return;
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  // What is left of a body that is too long is not read.
  response.writeHead(status, status === 413 ? { ...headers, connection: 'close' } : headers).end(body);
}
