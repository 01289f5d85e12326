import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Where the bench's programs are; npm runs it in the root of the checkout. */
export const programs = join(process.cwd(), 'test/bench');

/** Lists, ledgers and the home of what is measured. */
export const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
const running = new Set<ChildProcess>();
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true });
});

/** A program and what it is given. */
export type Command = readonly [file: string, ...args: string[]];

/** Settings of a process beside what every one has here. */
export type Settings = Readonly<Record<string, string>>;

/** What one run of a program of Node's used, by its own account. */
export interface Used {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory that it had. */
  readonly megabytes: number;
}

export const account = { TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'a token of the bench' };

/** Starts a program in an environment that holds nothing of the developer's own. */
export function start(
  [file, ...args]: Command,
  settings: Settings = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const env = { PATH: process.env['PATH'], HOME: folder, ...account, ...settings };
  const child = spawn(file, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child as ReturnType<typeof start>;
}

/** Runs a program and returns the seconds it took, and what it wrote to descriptor 3. Throws unless it ends with `code`. */
async function run(command: Command, settings: Settings, code: number) {
  const startedAt = performance.now();
  const child = start(command, settings);
  child.stdout.resume();
  const [problems, account] = [text(child.stderr), text(child.stdio[3] as Readable)];
  const [ended] = await once(child, 'exit');
  const seconds = (performance.now() - startedAt) / 1000;
  if (ended !== code) throw new Error(`${command.join(' ')} ended with ${ended}: ${await problems}`);
  return { seconds, account: await account };
}

/** The seconds that a program takes from its start to its end. */
export async function timed(command: Command, settings: Settings = {}, code = 0): Promise<number> {
  return (await run(command, settings, code)).seconds;
}

/** What a program of Node's uses. */
export async function used([node, ...args]: Command, settings: Settings = {}, code = 0): Promise<Used> {
  const { seconds, account } = await run([node, '--import', join(programs, 'usage.js'), ...args], settings, code);
  return { seconds, ...JSON.parse(account) };
}

/** Runs each in turn, so often: what else the machine does then falls on all alike. */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  runs: Readonly<Record<Name, (round: number) => Promise<Result>>>,
): Promise<Record<Name, readonly Result[]>> {
  const names = Object.keys(runs) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name].push(await runs[name](round));
  }
  return results;
}
