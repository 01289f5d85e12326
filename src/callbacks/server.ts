import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../errors.ts';
import { isSignedBy, signatureHeader } from '../provider/twilio/signature.ts';
import { readWebhook, type Webhook } from '../provider/twilio/webhook.ts';

/** How to listen for Twilio's requests. */
export interface WebhookOptions {
  /** The address that Twilio was given; its path is the only one that is answered. */
  readonly publicUrl: string;
  /** Any of these may have signed. */
  readonly authTokens: readonly string[];
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  /** Resolves once what was told is on disk; only then Twilio gets its answer. */
  readonly onWebhook: (webhook: Webhook) => Promise<void>;
  /** Hears why a request was turned away. */
  readonly onRefused: (reason: string) => void;
}

/** A server that listens. */
export interface WebhookServer {
  readonly port: number;
  /** Takes nothing new, and ends what has begun. */
  readonly close: () => Promise<void>;
}

const limits = { bodyBytes: 64 * 1024, headersMs: 10_000, requestMs: 15_000, connections: 256, closeMs: 2000 };

/** Where a supervisor may ask whether it is alive. */
const healthPath = '/healthz';

/** Starts listening. Throws a `CliError` when the port cannot be used. */
export async function listenForWebhooks(options: WebhookOptions): Promise<WebhookServer> {
  const server = createServer(
    { headersTimeout: limits.headersMs, requestTimeout: limits.requestMs, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      serve(request, response, options).catch((error: unknown) => {
        options.onRefused(`it could not be written down: ${error instanceof Error ? error.message : String(error)}`);
        // Not 2xx: Twilio may come again, and by then there may be room on the disk.
        answer(response, 503);
      });
    },
  );
  server.maxConnections = limits.connections;
  const port = await open(server, options);
  return {
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // A client that never ends what it began must not keep us: what was told is on disk, or was never answered.
      const cut = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function open(server: Server, { host, port }: WebhookOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const hint = '--port 0 picks a free one.';
      reject(new CliError('usage', `Port ${port} of ${host} cannot be used (${cause.code}).`, { hint, cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, options: WebhookOptions): Promise<void> {
  const target = request.url ?? '/';
  const { pathname } = new URL(options.publicUrl);
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  if (request.method === 'GET' && path === healthPath) return answer(response, 200, 'ok\n');
  if (path !== pathname) return refuse(response, 404, `the path ${path}`, options);
  if (request.method !== 'POST') return refuse(response, 405, `the method ${request.method}`, options);
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413, 'a body over 64 KiB', options);
  // The address as Twilio was given it, with the query as it came: put together anew it would not be what was signed.
  const signature = request.headers[signatureHeader];
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  const url = options.publicUrl.replace(/[?#].*$/s, '') + (at < 0 ? '' : target.slice(at));
  if (typeof signature !== 'string' || !isSignedBy(options.authTokens, { url, signature, body, isForm })) {
    return refuse(response, 403, 'a signature that is not right', options);
  }
  const webhook = readWebhook(isForm ? body : '', new URLSearchParams(at < 0 ? '' : target.slice(at)));
  if (webhook.kind === 'odd') return refuse(response, 400, webhook.problem, options);
  await options.onWebhook(webhook);
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

function refuse(response: ServerResponse, status: number, reason: string, { onRefused }: WebhookOptions): void {
  onRefused(reason);
  answer(response, status);
}

function answer(response: ServerResponse, status: number, body = '', type = 'text/plain'): void {
  if (response.headersSent) return;
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
  // What is left of a body that is too long is not read.
  response.writeHead(status, status === 413 ? { ...headers, connection: 'close' } : headers).end(body);
}
