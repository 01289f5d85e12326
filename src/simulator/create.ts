import { answer, answerError, type Exchange, readForm } from './exchange.ts';
import type { CreateFault } from './faults.ts';
import { judgeCreate } from './judge.ts';
import { messageResource } from './resource.ts';
import type { StoredMessage } from './store.ts';
import type { Twilio } from './twilio.ts';

/** A fault that comes instead of looking at the request at all. */
const beforeJudging: Readonly<Partial<Record<CreateFault, (exchange: Exchange, nowMs: number) => void>>> = {
  '429': (exchange) => tooMany(exchange, '1'),
  '429-date': (exchange, nowMs) => tooMany(exchange, new Date(nowMs + 2000).toUTCString()),
  '429-huge': (exchange) => tooMany(exchange, '86400'),
  '500-before': (exchange) => answerError(exchange, 500, 20500, 'Internal server error'),
  '502-before': (exchange) => answerError(exchange, 502, 20502, 'Bad gateway'),
  '503-before': (exchange) => answerError(exchange, 503, 20503, 'Service unavailable'),
  '504-before': (exchange) => answerError(exchange, 504, 20504, 'Gateway timeout'),
  'reset-after-read': ({ request }) => void request.socket.resetAndDestroy(),
  redirect: (exchange) => answer(exchange, 302, undefined, { location: 'https://example.com/' }),
  hang: () => undefined,
};

/** A fault in how the answer to a create that worked comes back. */
const afterCreating: Readonly<Partial<Record<CreateFault, (exchange: Exchange, body: string) => void>>> = {
  '500-after': (exchange) => answerError(exchange, 500, 20500, 'Internal server error'),
  '502-after': (exchange) => answerError(exchange, 502, 20502, 'Bad gateway'),
  '503-after': (exchange) => answerError(exchange, 503, 20503, 'Service unavailable'),
  '504-after': (exchange) => answerError(exchange, 504, 20504, 'Gateway timeout'),
  'reset-after-create': ({ request }) => void request.socket.resetAndDestroy(),
  'fin-mid-headers': ({ request }) => void request.socket.end('HTTP/1.1 201 Created\r\nContent-Ty'),
  'torn-201': ({ request }, body) => {
    const head = `HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    request.socket.end(head + body.slice(0, 40));
  },
  'bad-json-201': ({ response }, body) =>
    void response.writeHead(201, { 'content-type': 'application/json' }).end(body.slice(0, -9)),
  'html-201': ({ response }) => void response.writeHead(201, { 'content-type': 'text/html' }).end('<h1>Created</h1>'),
  'wrong-sid-201': ({ response }, body) =>
    void response.writeHead(201).end(body.replace(/"(SM|MM)[0-9a-f]{32}"/, '"XX123"')),
  'hang-created': () => undefined,
  slow: ({ response }, body) => void setTimeout(() => response.writeHead(201).end(body), 2000),
  'byte-a-second': ({ response }, body) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    let at = 0;
    const timer = setInterval(() => {
      if (response.destroyed || at >= body.length) clearInterval(timer);
      else if (at === body.length - 1) response.end(body[at++]);
      else response.write(body[at++]);
    }, 1000);
  },
};

function tooMany(exchange: Exchange, retryAfter: string): void {
  answerError(exchange, 429, 20429, 'Too Many Requests', { 'retry-after': retryAfter });
}

/** POST …/Messages.json: judged, created, answered, or made to fail in one of the ways above. */
export async function createMessage(exchange: Exchange, accountSid: string, twilio: Twilio): Promise<void> {
  twilio.countArrival();
  const early = twilio.script === undefined ? twilio.dice.onCreate() : undefined;
  if (early === 'reset-before-read') return void exchange.request.socket.resetAndDestroy();
  const form = await readForm(exchange.request);
  const fault = twilio.script ? twilio.script(form, twilio.arrivals().length) : early;
  const nowMs = twilio.now();
  if (twilio.isCrowded()) return tooMany(exchange, '1');
  const instead = fault && beforeJudging[fault];
  if (instead) return instead(exchange, nowMs);
  if (fault === 'reset-before-read') return void exchange.request.socket.resetAndDestroy();
  const refusal = judgeCreate(form, nowMs);
  if (refusal) return answerError(exchange, refusal.status, refusal.code, refusal.message);
  if (fault === 'late-create') {
    exchange.request.socket.once('close', () => void store(form, accountSid, twilio));
    return;
  }
  const message = store(form, accountSid, twilio);
  if (message.truth.faults.includes('callback-early')) twilio.callbacks.tellEarly(message);
  const resource = messageResource(message, twilio.clock());
  const tear = fault && afterCreating[fault];
  if (tear) tear(exchange, JSON.stringify(resource));
  else answer(exchange, 201, resource);
}

function store(form: URLSearchParams, accountSid: string, twilio: Twilio): StoredMessage {
  const message = twilio.store.create({
    accountSid,
    to: form.get('To') ?? '',
    parameters: [...form],
    createdAt: twilio.now(),
    faults: [...twilio.dice.onMessage()],
  });
  twilio.callbacks.follow(message);
  return message;
}
