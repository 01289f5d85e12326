import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '../../listen.ts';

/** What the server shows, and what it may be asked to do. */
export interface WatchServerOptions {
  /** Hears what was thrown while a request was answered: it goes on with the next. */
  readonly onBug: (error: unknown) => void;
  /** 0 picks one. */
  readonly port: number;
  /** The page; styles and scripts with this nonce apply. */
  readonly page: (nonce: string) => string;
  /** What a page that has just been opened is told first; undefined before there is anything. */
  readonly first: () => unknown;
  /** What the page may ask for, by its name in the address; `query` is what stands behind it there. */
  readonly actions: Readonly<Record<string, (query: URLSearchParams) => Promise<ActionEnd>>>;
}

/** What became of what a page asked for, in a sentence. */
export interface ActionEnd {
  readonly ok: boolean;
  readonly text: string;
}

/** A server for the browsers of this machine. */
export interface WatchServer {
  /** Whoever knows it may look and act. */
  readonly url: string;
  /** Sends every open page an event. */
  readonly tell: (look: unknown) => void;
  /** Ends what is open once it has been sent, or after a second. */
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';
const limits = { pages: 32, connections: 128, unreadBytes: 4 * 1024 * 1024, closeMs: 1000 };

const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

interface Serving extends WatchServerOptions {
  readonly token: string;
  /** As requests must name it: another name means that a page of somebody else's has its name point here. */
  readonly authority: () => string;
  readonly pages: Set<ServerResponse>;
}

/** Serves a page on loopback, at an address that cannot be guessed. Throws a `CliError` when the port cannot be used. */
export async function serveWatch(options: WatchServerOptions): Promise<WatchServer> {
  const token = randomBytes(24).toString('base64url');
  const pages = new Set<ServerResponse>();
  let port = 0;
  const serving: Serving = { ...options, token, pages, authority: () => `${host}:${port}` };
  const server = createServer({ maxHeaderSize: 16 * 1024 }, (request, response) => {
    // Nothing that is posted has a body worth reading.
    request.resume();
    serve(request, response, serving).catch((error: unknown) => {
      options.onBug(error);
      answer(response, 500);
    });
  });
  server.maxConnections = limits.connections;
  port = await listen(server, { host, port: options.port });
  return {
    url: `http://${host}:${port}/${token}/`,
    tell: (look) => {
      for (const page of pages) write(page, look);
    },
    close: () => close(server, pages),
  };
}

async function close(server: Server, pages: ReadonlySet<ServerResponse>): Promise<void> {
  for (const page of pages) page.end();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), limits.closeMs);
  await closed;
  clearTimeout(cut);
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { method, headers: asked } = request;
  const [, token = '', what = '', query] = /^\/([\w-]+)\/([\w-]*)(?:\?(.*))?$/.exec(request.url ?? '') ?? [];
  if (asked.host !== serving.authority() || !isSame(token, serving.token)) return answer(response, 404);
  const action = Object.hasOwn(serving.actions, what) ? serving.actions[what] : undefined;
  if (action) {
    if (method !== 'POST') return answer(response, 405);
    if (!isOurs(asked, serving)) return answer(response, 403);
    const { ok, text } = await action(new URLSearchParams(query));
    return answer(response, ok ? 200 : 500, { type: 'application/json', body: JSON.stringify({ text }) });
  }
  if (query !== undefined) return answer(response, 404);
  if (method !== 'GET') return answer(response, 405);
  if (what === '') return showPage(response, serving);
  if (what === 'events') return openEvents(response, serving);
  return answer(response, 404);
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Browsers say which page a request comes from; programs need not. */
function isOurs(asked: IncomingMessage['headers'], { authority }: Serving): boolean {
  const { origin, 'sec-fetch-site': site = 'same-origin' } = asked;
  return (origin === undefined || origin === `http://${authority()}`) && site === 'same-origin';
}

function showPage(response: ServerResponse, { page }: Serving): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    `default-src 'none'`,
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `connect-src 'self'`,
    ...[`base-uri 'none'`, `form-action 'none'`, `frame-ancestors 'none'`],
  ].join('; ');
  response.setHeader('content-security-policy', policy);
  answer(response, 200, { type: 'text/html; charset=utf-8', body: page(nonce) });
}

function openEvents(response: ServerResponse, { pages, first }: Serving): void {
  if (pages.size >= limits.pages) return answer(response, 503);
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
  pages.add(response);
  response.on('close', () => pages.delete(response));
  const look = first();
  if (look === undefined) response.flushHeaders();
  else write(response, look);
}

/** A page that does not read what it is sent is let go, and comes again by itself. */
function write(page: ServerResponse, look: unknown): void {
  if (page.writableLength > limits.unreadBytes) page.destroy();
  else page.write(`event: look\ndata: ${JSON.stringify(look)}\n\n`);
}

function answer(response: ServerResponse, status: number, { type = 'text/plain', body = '' } = {}): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
