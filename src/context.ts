import type { EventPoster } from './callbacks/poster.ts';
import type { Ask } from './cli/ask/ask.ts';
import { processTerminal } from './cli/terminal.ts';
import { monotonic, sleep } from './clock.ts';
import { type Keyring, systemKeyring } from './config/keyring.ts';
import { isLedgerUrl } from './core/ledger-address.ts';
import { clean } from './core/text/clean.ts';
import { CliError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { LedgerTables } from './ledger/tables.ts';
import type { Log } from './log.ts';
import type { Asked, Provider, ReadCallback, WriteCallback } from './provider/provider.ts';
import type { TwilioOptions } from './provider/twilio/twilio.ts';
import type { Queue } from './queue/queue.ts';
import type { Simulator, SimulatorOptions } from './simulator/simulator.ts';

/** What is known of the terminal, if there is one. */
export interface Terminal {
  /** Someone can answer: standard input and standard error are a terminal. */
  readonly canAsk: boolean;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width in cells. */
  readonly columns: number;
}

/**
 * Runs volley with other arguments in a process of its own, its environment this one's and `env`; resolves to the exit
 * code. Its results go to the standard output of this one, or among what this one says of its work. Ends it politely at
 * the signal. Throws a `CliError` where it cannot run in that folder.
 */
export type RunVolley = (
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly signal: AbortSignal;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly results: 'stdout' | 'stderr';
  },
) => Promise<number>;

/** Everything a command may touch outside its own arguments. Tests build one; so does `bin`. */
export interface Context {
  /** Writes a line of the result. */
  readonly out: (line: string) => void;
  /** Shows lines of a result; through $PAGER where they are more than a terminal has. */
  readonly page: (lines: readonly string[]) => Promise<void>;
  /** Writes a line about the work: progress, warnings, errors. */
  readonly err: (line: string) => void;
  /** Writes an event into the log, where there is one. */
  readonly log: Log;
  /** Replaces the line at the bottom of the terminal. */
  readonly status: (line: string) => void;
  readonly terminal: Terminal;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C and SIGTERM: stop, record, say how to go on. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, by the clock on the wall. */
  readonly now: () => number;
  /** Milliseconds that never go back, for all that lasts. */
  readonly monotonic: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Asks a yes-or-no question on the terminal; Ctrl-C is a no. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly keyring: Keyring;
  /** Puts a prompt to the person at the terminal. */
  readonly ask: Ask;
  /** Single keys as they are pressed on the terminal, until the signal; none where there is no terminal. Ctrl-C stays what it is. */
  readonly keys: (signal: AbortSignal) => AsyncIterable<string>;
  /** Opens a file in the editor of the person at the terminal; false when that fails. */
  readonly edit: (file: string) => Promise<boolean>;
  /** Opens the ledger in a file, or at an address on a server. */
  readonly openLedger: (ledger: string) => Promise<Ledger>;
  /** Opens the queue beside a ledger on PostgreSQL. */
  readonly openQueue: (address: string) => Promise<Queue>;
  /** Opens a ledger by its tables, for moving it; in a file, or at an address on a server. */
  readonly openLedgerTables: (ledger: string) => Promise<LedgerTables>;
  readonly runCommand: RunVolley;
  readonly connect: (options: TwilioOptions) => Promise<Provider>;
  /** Makes what reads the provider's callbacks; any of the auth tokens may have signed them. */
  readonly callbackReader: (authTokens: readonly string[]) => Promise<ReadCallback>;
  /** Makes what writes callbacks as the provider does, signed with an auth token. */
  readonly callbackWriter: (authToken: string) => Promise<WriteCallback>;
  /** Makes what posts events to an address. */
  readonly poster: (url: string) => Promise<EventPoster>;
  /** Asks an address whether anything is there. */
  readonly probe: (url: string) => Promise<Asked<number>>;
  readonly simulate: (options: SimulatorOptions) => Promise<Simulator>;
}

/** The real world: this process, this terminal, this disk, this network. */
export function processContext(signal: AbortSignal): Context {
  const { stdin, env } = process;
  const now = () => Date.now();
  return {
    ...processTerminal(),
    log: () => undefined,
    stdin,
    env,
    cwd: process.cwd(),
    signal,
    now,
    monotonic,
    random: Math.random,
    sleep,
    keyring: systemKeyring,
    openLedger: async (ledger) =>
      isLedgerUrl(ledger)
        ? (await import('./ledger/postgres/open.ts')).openPostgresLedger(ledger)
        : (await import('./ledger/sqlite/open.ts')).openSqliteLedger(ledger, now),
    openQueue: async (address) => (await import('./queue/pg-boss.ts')).openPostgresQueue(address),
    runCommand,
    openLedgerTables: async (ledger) =>
      isLedgerUrl(ledger)
        ? (await import('./ledger/postgres/tables.ts')).openPostgresTables(ledger)
        : (await import('./ledger/sqlite/tables.ts')).openSqliteTables(ledger, now),
    connect: async (options) => (await import('./provider/twilio/twilio.ts')).twilioProvider(options),
    callbackReader: async (authTokens) => (await import('./provider/twilio/webhook.ts')).webhookReader(authTokens),
    callbackWriter: async (authToken) => (await import('./provider/twilio/webhook.ts')).webhookWriter(authToken),
    poster: async (url) => (await import('./callbacks/poster.ts')).httpPoster(url),
    probe: async (url) => (await import('./callbacks/probe.ts')).probe(url),
    simulate: async (options) => (await import('./simulator/simulator.ts')).startSimulator(options),
  };
}

/** Ends it as somebody at its terminal would: once, so that it records what is on its way. */
const runCommand: RunVolley = async (argv, { cwd, signal, env, results }) => {
  const { spawn } = await import('node:child_process');
  const [, binary = ''] = process.argv;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...argv], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', results === 'stdout' ? 1 : 2, 2],
    });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.on('error', (cause) =>
      reject(new CliError('config', `Nothing can be run in ${clean(cwd)}: is that folder on this machine?`, { cause })),
    );
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 1);
    });
  });
};
