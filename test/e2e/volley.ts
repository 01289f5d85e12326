import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { main } from '../../src/cli/main.ts';
import { type Context, processContext } from '../../src/context.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { tempFolder } from '../context.ts';

const bin = resolve(import.meta.dirname, '../../bin/volley.js');

/** What one run of the real binary came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real binary, or a copy of it, in an environment and, unless told otherwise, a folder of its own. */
export function installation(env: Readonly<Record<string, string>> = {}, folder = tempFolder(), binary = bin) {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, ...env };
  const start = (...args: string[]): { child: ChildProcess; ended: Promise<Ended> } => {
    const child = spawn(process.execPath, [binary, ...args], { cwd: folder, env: environment });
    return { child, ended: endOf(child) };
  };
  const run = (...args: string[]): Promise<Ended> => start(...args).ended;
  // This process is in another folder, so files are named whole.
  const whole = (arg: string) => (existsSync(join(folder, arg)) ? join(folder, arg) : arg);
  const runHere = (...args: string[]): Promise<Ended> => mainHere(args.map(whole), { cwd: folder, env: environment });
  return { folder, ledger: join(folder, '.local/share/volley/ledger.db'), start, run, runHere };
}

/** This process's own clock, wire and disk. */
const real = processContext(new AbortController().signal);

/** The same in this process, for what needs no process of its own: the real wire, disk and clock, and no terminal. */
async function mainHere(argv: readonly string[], where: Pick<Context, 'cwd' | 'env'>): Promise<Ended> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const code = await main(argv, {
    ...real,
    ...where,
    out: (line) => void stdout.push(`${line}\n`),
    page: async (lines) => void stdout.push(...lines.map((line) => `${line}\n`)),
    err: (line) => void stderr.push(`${line}\n`),
    status: () => undefined,
    terminal: { canAsk: false, stdoutIsTty: false, stderrIsTty: false, columns: 80 },
    stdin: (async function* () {})(),
  });
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** The real binary as somebody who may not read everything. */
export async function runAsNobody(folder: string, args: readonly string[]): Promise<Ended> {
  const who = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  chmodSync(folder, 0o777);
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env, ...who });
  return endOf(child);
}

/** What a process says until it ends, and how it ends. */
async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A simulator and the environment that points the binary at it. */
export async function simulated(options: SimulatorOptions = {}, more: Readonly<Record<string, string>> = {}) {
  const simulator: Simulator = await startSimulator(options);
  const env = {
    VOLLEY_API_URL: simulator.url,
    TWILIO_ACCOUNT_SID: simulator.accountSid,
    TWILIO_AUTH_TOKEN: simulator.authToken,
    ...more,
  };
  return { simulator, env, ...installation(env) };
}
