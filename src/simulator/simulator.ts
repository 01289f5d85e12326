import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../errors.ts';
import { answerError, type Exchange } from './exchange.ts';
import { route } from './routes.ts';
import type { CreatedMessage } from './store.ts';
import { type FaultScript, makeTwilio, type Twilio } from './twilio.ts';

/** How to simulate. Nothing has to be said. */
export interface SimulatorOptions {
  /** 0 picks one. */
  readonly port?: number;
  readonly accountSid?: string;
  readonly authToken?: string;
  /** An API key that is taken beside the token. */
  readonly apiKey?: { readonly sid: string; readonly secret: string };
  /** All chance comes from it. */
  readonly seed?: number;
  /** Faults by share, as `429=0.1`. */
  readonly faults?: readonly string[];
  /** Decides faults by hand; then shares of create faults do not count. */
  readonly script?: FaultScript;
  /** How long each answer takes, in milliseconds. */
  readonly latencyMs?: number;
  /** Time between two statuses of a message, in milliseconds. */
  readonly statusDelayMs?: number;
  readonly now?: () => number;
  /** Requests at once above which it answers 429. */
  readonly concurrencyLimit?: number;
  /** Keeps what was created over restarts. */
  readonly truthFile?: string;
}

/** A Twilio on loopback. */
export interface Simulator {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** What was really created, in order; never changed. */
  readonly truth: () => readonly CreatedMessage[];
  /** When each create request came, in milliseconds since 1970. */
  readonly arrivals: () => readonly number[];
  readonly close: () => Promise<void>;
}

/** Credentials that open nothing but a simulator. */
const defaults = { accountSid: 'AC00000000000000000000000000051401', authToken: '51051051051051051051051051051051' };

/** Starts a simulator on 127.0.0.1. Throws a `CliError` for a fault it does not know and a port that is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { accountSid = defaults.accountSid, authToken = defaults.authToken, latencyMs = 0 } = options;
  const twilio = makeTwilio({
    accountSid,
    authToken,
    seed: options.seed ?? 1,
    faults: options.faults ?? [],
    script: options.script,
    statusDelayMs: options.statusDelayMs ?? 1000,
    now: options.now ?? Date.now,
    concurrencyLimit: options.concurrencyLimit ?? Number.POSITIVE_INFINITY,
    truthFile: options.truthFile,
  });
  const accepted = new Set([basic(accountSid, authToken)]);
  if (options.apiKey) accepted.add(basic(options.apiKey.sid, options.apiKey.secret));
  const server = createServer((request, response) => {
    serve(request, response, { twilio, accepted, latencyMs }).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    accountSid,
    authToken,
    truth: twilio.store.truth,
    arrivals: twilio.arrivals,
    close: async () => {
      twilio.callbacks.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new CliError('usage', `Port ${port} cannot be used (${cause.code}).`, {
          hint: '--port 0 picks a free one.',
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

interface Serving {
  readonly twilio: Twilio;
  readonly accepted: ReadonlySet<string>;
  readonly latencyMs: number;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { twilio, accepted, latencyMs }: Serving,
): Promise<void> {
  const exchange: Exchange = { request, response, url: new URL(request.url ?? '/', 'http://simulator') };
  response.setHeader('date', new Date(twilio.now()).toUTCString());
  response.setHeader('twilio-request-id', `RQ${crypto.randomUUID().replaceAll('-', '')}`);
  response.setHeader('twilio-concurrent-requests', String(++twilio.open.count));
  response.once('close', () => twilio.open.count--);
  // A client that goes away in the middle is one of the things that are rehearsed here.
  request.on('error', () => undefined);
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  if (!accepted.has(request.headers.authorization ?? '')) return answerError(exchange, 401, 20003, 'Authenticate');
  await route(exchange, twilio);
}
