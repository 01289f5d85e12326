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
  '429-zero': (exchange) => tooMany(exchange, '0'),
  '429-absurd': (exchange) => tooMany(exchange, '9'.repeat(20)),
  '500-before': (exchange) => answerError(exchange, 500, 20500, 'Internal server error'),
  '502-before': (exchange) => answerError(exchange, 502, 20502, 'Bad gateway'),
  '503-before': (exchange) => answerError(exchange, 503, 20503, 'Service unavailable'),
  '504-before': (exchange) => answerError(exchange, 504, 20504, 'Gateway timeout'),
  // Decided by a script, which has read the form to decide it.
  'reset-before-read': ({ request }) => void request.socket.resetAndDestroy(),
  'reset-after-read': ({ request }) => void request.socket.resetAndDestroy(),
  // To nowhere on this machine: a client that follows must not carry its credentials outside.
  redirect: (exchange) => answer(exchange, 302, undefined, { location: '/elsewhere' }),
  hang: () => undefined,
};

/** A fault in how the answer to a create that worked comes back. */
const afterCreating: Readonly<
  Partial<Record<CreateFault, (exchange: Exchange, body: string, twilio: Twilio) => void>>
> = {
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
  'bad-json-201': (exchange, body) => answerText(exchange, body.slice(0, -9)),
  'html-201': ({ response }) => void response.writeHead(201, { 'content-type': 'text/html' }).end('<h1>Created</h1>'),
  'wrong-sid-201': (exchange, body) => answerText(exchange, body.replace(/"sid":"[^"]*"/, '"sid":"XX123"')),
  'hang-created': () => undefined,
  slow: (exchange, body, { timers, settings }) => timers.later(settings.slowMs, () => answerText(exchange, body)),
  'byte-a-second': ({ response }, body, { timers, settings }) => {
    response.writeHead(201, { 'content-type': 'application/json' });
    const bytes = Buffer.from(body);
    const next = (at: number): void => {
      if (response.destroyed) return;
      if (at === bytes.length) return void response.end();
      response.write(bytes.subarray(at, at + 1));
      timers.later(settings.byteDelayMs, () => next(at + 1));
    };
    next(0);
  },
};

function answerText({ response }: Exchange, body: string): void {
  if (!response.destroyed) response.writeHead(201, { 'content-type': 'application/json' }).end(body);
}

/** Answers as Twilio does to too many requests. */
export function tooMany(exchange: Exchange, retryAfter: string): void {
  answerError(exchange, 429, 20429, 'Too Many Requests', { 'retry-after': retryAfter });
}

/** POST …/Messages.json: judged, created, answered, or made to fail in one of the ways above. */
export async function createMessage(exchange: Exchange, accountSid: string, twilio: Twilio): Promise<void> {
  const n = twilio.countArrival();
  const { script } = twilio.settings;
  const early = script === undefined ? twilio.dice.onCreate() : undefined;
  if (early === 'reset-before-read') return void exchange.request.socket.resetAndDestroy();
  const form = await readForm(exchange.request);
  const fault = script ? script(form, n) : early;
  if (twilio.isOverLimit()) return tooMany(exchange, '1');
  const instead = fault && beforeJudging[fault];
  if (instead) return instead(exchange, twilio.now());
  const refusal = judgeCreate(form, twilio.now());
  if (refusal) return answerError(exchange, refusal.status, refusal.code, refusal.message);
  if (fault === 'late-create') return createLate(exchange, () => void store(form, accountSid, twilio), twilio);
  const message = store(form, accountSid, twilio);
  const resource = messageResource(message, twilio.clock());
  if (message.truth.faults.includes('callback-early')) {
    await Promise.race([twilio.callbacks.postEarly(message), twilio.timers.sleep(earlyCallbackMs)]);
  }
  const spoil = fault && afterCreating[fault];
  if (spoil) spoil(exchange, JSON.stringify(resource), twilio);
  else answer(exchange, 201, resource);
}

/** How long an answer waits for the callback that is to overtake it, in milliseconds. */
const earlyCallbackMs = 1000;

function createLate({ request }: Exchange, create: () => void, { timers }: Twilio): void {
  request.socket.once('close', () => {
    // The simulator closing is not the client going away.
    if (!timers.isStopped()) create();
  });
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
