import { on } from 'node:events';
import type { EventPoster } from './callbacks/poster.ts';
import { type Ask, askOn } from './cli/ask/ask.ts';
import { monotonic, sleep } from './clock.ts';
import { type Keyring, systemKeyring } from './config/keyring.ts';
import { isLedgerUrl } from './core/ledger-address.ts';
import { CliError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { LedgerTables } from './ledger/tables.ts';
import type { Log } from './log.ts';
import type { Asked, Provider, ReadCallback, WriteCallback } from './provider/provider.ts';
import type { TwilioOptions } from './provider/twilio/twilio.ts';
import type { Queue } from './queue/queue.ts';
import type { RunCommand } from './queue/scheduler.ts';
import type { Simulator, SimulatorOptions } from './simulator/simulator.ts';
import { speaksUtf8, toAscii } from './ui/ascii.ts';

/** What is known of the terminal, if there is one. */
export interface Terminal {
  /** Someone can answer: standard input and standard error are a terminal. */
  readonly canAsk: boolean;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width in cells. */
  readonly columns: number;
}

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
  /** Runs volley with other arguments, in a process of its own on this terminal. */
  readonly runCommand: RunCommand;
  /** The same by its tables, for moving it. */
  readonly openLedgerTables: (ledger: string) => Promise<LedgerTables>;
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

/** How long somebody may take to answer, in milliseconds. */
const idleMs = 600_000;

/** The real world: this process, this terminal, this disk, this network. */
export function processContext(signal: AbortSignal): Context {
  const { stdin, stdout, stderr, env } = process;
  const now = () => Date.now();
  const ask = askOn(speaksUtf8(env) ? stderr : inAscii(stderr), idleMs);
  const output = terminalOutput();
  return {
    ...output,
    page: (lines) => page(lines, output.out),
    log: () => undefined,
    terminal: {
      canAsk: stdin.isTTY === true && stderr.isTTY === true,
      stdoutIsTty: stdout.isTTY === true,
      stderrIsTty: stderr.isTTY === true,
      // A terminal that does not know its size says 0.
      columns: stderr.columns || stdout.columns || 80,
    },
    stdin,
    env,
    cwd: process.cwd(),
    signal,
    now,
    monotonic,
    random: Math.random,
    sleep,
    confirm: (question) => confirmWith(ask, question),
    ask,
    keys,
    edit,
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
const runCommand: RunCommand = async (argv, { cwd, signal }) => {
  const { spawn } = await import('node:child_process');
  const [, binary = ''] = process.argv;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, ...argv], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    child.on('error', () => resolve(1));
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 1);
    });
  });
};

function terminalOutput(): Pick<Context, 'out' | 'err' | 'status'> {
  const { stdout, stderr } = process;
  const [toStdout, toStderr] = [writerTo(stdout), writerTo(stderr)];
  let hasStatus = false;
  // A reader that has seen enough (`| head`) is no reason to stop sending.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const clearStatus = () => {
    if (hasStatus) stderr.write('\r\x1b[2K');
    hasStatus = false;
  };
  return {
    out: (line) => {
      clearStatus();
      toStdout(`${line}\n`);
    },
    err: (line) => {
      clearStatus();
      toStderr(`${line}\n`);
    },
    status: (line) => {
      clearStatus();
      if (line !== '') toStderr(line);
      hasStatus = line !== '';
    },
  };
}

function writerTo(stream: NodeJS.WriteStream): (text: string) => void {
  // A file or a pipe gets UTF-8 whatever the terminal can show.
  const isPlain = stream.isTTY && !speaksUtf8(process.env);
  return (text) => void stream.write(isPlain ? toAscii(text) : text);
}

/** The same terminal, to which everything is written in ASCII. */
function inAscii(terminal: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (text: string | Uint8Array, ...rest: []) =>
    terminal.write(typeof text === 'string' ? toAscii(text) : text, ...rest);
  return Object.create(terminal, { write: { value: write } });
}

/** How the pager is called unless $PAGER says otherwise: it ends by itself where all fits, and keeps colours. */
const defaultPager = 'less -FRX';

async function page(lines: readonly string[], out: Context['out']): Promise<void> {
  const { stdout, env } = process;
  const fits = stdout.isTTY !== true || lines.length < (stdout.rows ?? 24);
  const pager = env['PAGER'] ?? defaultPager;
  if (fits || pager === '' || env['TERM'] === 'dumb' || !(await pageWith(pager, lines))) {
    for (const line of lines) out(line);
  }
}

async function* keys(signal: AbortSignal): AsyncGenerator<string> {
  const { stdin } = process;
  if (stdin.isTTY !== true || signal.aborted) return;
  stdin.setRawMode(true);
  stdin.resume();
  try {
    for await (const [pressed] of on(stdin, 'data', { signal }) as AsyncIterable<[Buffer]>) {
      const text = pressed.toString('utf8');
      // A terminal that gives single keys makes no signal of this one.
      if (text.includes(ctrlC)) process.kill(process.pid, 'SIGINT');
      yield text;
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

const ctrlC = '\u0003';

/** $VISUAL or $EDITOR with its arguments, as a shell reads it. */
async function edit(file: string): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  const { VISUAL, EDITOR } = process.env;
  const editor = VISUAL || EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
  const command = process.platform === 'win32' ? `${editor} "${file}"` : `${editor} '${file.replaceAll("'", "'\\''")}'`;
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: 'inherit' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** False when there is no such pager. */
async function pageWith(pager: string, lines: readonly string[]): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] });
    // Somebody who has seen enough closes it before it has read all.
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code !== 127));
    const text = `${lines.join('\n')}\n`;
    child.stdin.end(speaksUtf8(process.env) ? text : toAscii(text));
  });
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function confirmWith(ask: Ask, message: string): Promise<boolean> {
  const { confirm } = await import('./cli/ask/prompts.ts');
  try {
    return await ask(confirm, { message, default: false });
  } catch (error) {
    if (error instanceof CliError && error.code === 'interrupted') return false;
    throw error;
  }
}
