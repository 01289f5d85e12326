import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../listen.ts';
import { answerError, type Exchange } from './exchange.ts';
import type { FaultShare } from './faults.ts';
import { route, serveFile } from './routes.ts';
import type { CreatedMessage } from './store.ts';
import { type FaultScript, makeTwilio, type Twilio, type TwilioSettings } from './twilio.ts';

/** How to simulate. Nothing has to be said. */
export interface SimulatorOptions {
  /** The address to listen on, 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 0 picks one. */
  readonly port?: number;
  readonly accountSid?: string;
  readonly authToken?: string;
  /** The SID of an API key that is taken beside the token, with its secret. */
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** All chance comes from it. */
  readonly seed?: number;
  /** Faults by share, as `429=0.1` or in two parts. */
  readonly faults?: readonly (string | FaultShare)[];
  /** Decides faults by hand; then shares of create faults do not count. */
  readonly script?: FaultScript;
  /** How long each answer takes, in milliseconds. */
  readonly latencyMs?: number;
  /** Time between two statuses of a message, in milliseconds. */
  readonly statusDelayMs?: number;
  /** How late the fault `slow` answers, in milliseconds. */
  readonly slowMs?: number;
  /** Time between two bytes with the fault `byte-a-second`, in milliseconds. */
  readonly byteDelayMs?: number;
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
  /** How many create requests came, whatever became of them. */
  readonly requests: () => number;
  /** When each create request came, in milliseconds since 1970. */
  readonly arrivals: () => readonly number[];
  /** Cuts every connection and ends every timer at once. */
  readonly close: () => Promise<void>;
}

/** Credentials that open nothing but a simulator. */
const defaults = { accountSid: 'AC00000000000000000000000000051401', authToken: '51051051051051051051051051051051' };

/** Starts a simulator on loopback. Throws a `CliError` for a fault, a port or a truth file it cannot use. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settingsOf(options);
  const { accountSid, authToken } = settings;
  const twilio = makeTwilio(settings);
  const accepted = new Set([basic(accountSid, authToken)]);
  if (options.apiKey !== undefined && options.apiSecret !== undefined) {
    accepted.add(basic(options.apiKey, options.apiSecret));
  }
  const server = createServer((request, response) => {
    serve(request, response, { twilio, accepted }).catch((error) => answerFailure({ request, response }, error));
  });
  // Above what any client keeps a connection for: closing first would make resets that nobody asked for.
  server.keepAliveTimeout = 600_000;
  const { host = '127.0.0.1', port = 0 } = options;
  const taken = await listen(server, { host, port }).catch((error: unknown) => {
    twilio.stop();
    throw error;
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    accountSid,
    authToken,
    truth: twilio.store.truth,
    requests: () => twilio.arrivals().length,
    arrivals: twilio.arrivals,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      twilio.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

function settingsOf(options: SimulatorOptions): TwilioSettings {
  return {
    accountSid: options.accountSid ?? defaults.accountSid,
    authToken: options.authToken ?? defaults.authToken,
    seed: options.seed ?? 1,
    faults: options.faults ?? [],
    script: options.script,
    latencyMs: options.latencyMs ?? 0,
    statusDelayMs: options.statusDelayMs ?? 1000,
    slowMs: options.slowMs ?? 2000,
    byteDelayMs: options.byteDelayMs ?? 1000,
    now: options.now ?? Date.now,
    concurrencyLimit: options.concurrencyLimit ?? Number.POSITIVE_INFINITY,
    truthFile: options.truthFile,
  };
}

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

interface Serving {
  readonly twilio: Twilio;
  readonly accepted: ReadonlySet<string>;
}

async function serve(request: IncomingMessage, response: ServerResponse, { twilio, accepted }: Serving): Promise<void> {
  const exchange: Exchange = { request, response, url: new URL(request.url ?? '/', 'http://simulator') };
  response.setHeader('date', new Date(twilio.now()).toUTCString());
  response.setHeader('twilio-request-id', `RQ${crypto.randomUUID().replaceAll('-', '')}`);
  response.setHeader('twilio-concurrent-requests', String(++twilio.open.count));
  response.once('close', () => twilio.open.count--);
  // A client that goes away in the middle is one of the things that are rehearsed here.
  request.on('error', () => undefined);
  if (twilio.settings.latencyMs > 0) await twilio.timers.sleep(twilio.settings.latencyMs);
  if (serveFile(exchange)) return;
  if (!accepted.has(request.headers.authorization ?? '')) {
    const challenge = { 'www-authenticate': 'Basic realm="Twilio API"' };
    return answerError(exchange, 401, 20003, 'Authenticate', challenge);
  }
  await route(exchange, twilio);
}

/** A simulator that fails says so: silence would pass for one of its faults. */
function answerFailure({ request, response }: Omit<Exchange, 'url'>, error: unknown): void {
  if (request.socket.destroyed || response.headersSent) return void response.destroy();
  const message = `The simulator failed: ${error instanceof Error ? error.message : String(error)}`;
  const url = new URL('http://simulator');
  answerError({ request, response, url }, 500, 20500, message);
}
