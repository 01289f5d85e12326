import { fork, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DrawOptions } from './draw.ts';
import type { Orders, Told } from './flight.ts';
import type { Outcome } from './schedule.ts';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/volley-swarm');

/** The code under test and the swarm, as JavaScript in a folder of their own. */
export interface Built {
  readonly folder: string;
  readonly remove: () => void;
}

/** Builds both, from the sources as they are now. */
export function build(): Built {
  const folder = `${cache}-${process.pid}-${Date.now()}`;
  mkdirSync(folder, { recursive: true });
  const tsc = join(root, 'node_modules/.bin/tsc');
  // Types are checked with those of all other tests.
  const { status, stdout } = spawnSync(tsc, ['--project', join(root, 'test/swarm'), '--noCheck', '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the swarm does not build:\n${stdout}`);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What a swarm is to do. */
export interface Swarm {
  readonly built: Built;
  readonly from: number;
  readonly schedules: number;
  readonly processes?: number;
  readonly options?: DrawOptions;
  /** Stops once this many schedules went wrong, one of them like this, or after this long, in milliseconds. */
  readonly mostFailures?: number;
  readonly sought?: RegExp;
  readonly forMs?: number;
  /** No schedule needs this long; one that does spins, in milliseconds. */
  readonly hangsMs?: number;
  readonly onOutcome?: (done: number) => void;
}

/** What went wrong in a schedule. */
export interface Failure {
  readonly seed: number;
  readonly problem: string;
}

/** What a swarm came to. */
export interface Flown {
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly Failure[];
}

/** Runs schedules in processes. One that spins is killed, and told with its seed like any other failure. */
export async function fly(swarm: Swarm): Promise<Flown> {
  const { from, schedules, processes = 2 } = swarm;
  const left = Array.from({ length: schedules }, (_, i) => from + i);
  const flown = { outcomes: [] as Outcome[], failures: [] as Failure[] };
  const until = Date.now() + (swarm.forMs ?? Number.POSITIVE_INFINITY);
  const isFound = () => flown.failures.some(({ problem }) => swarm.sought?.test(problem));
  const isOver = () => flown.failures.length >= (swarm.mostFailures ?? 10) || isFound() || Date.now() > until;
  const work = async (): Promise<void> => {
    while (left.length > 0 && !isOver()) await flySome(left.splice(0, 50), swarm, flown, isOver);
  };
  await Promise.all(Array.from({ length: processes }, work));
  return flown;
}

/** One process's share. One that had to be killed leaves the rest of its share to another one. */
async function flySome(
  seeds: readonly number[],
  swarm: Swarm,
  flown: { outcomes: Outcome[]; failures: Failure[] },
  isOver: () => boolean,
): Promise<void> {
  let rest = seeds;
  while (rest.length > 0 && !isOver()) rest = await flyUntilHang(rest, swarm, flown, isOver);
}

function flyUntilHang(
  seeds: readonly number[],
  { built, options = {}, hangsMs = 20_000, onOutcome }: Swarm,
  { outcomes, failures }: { outcomes: Outcome[]; failures: Failure[] },
  isOver: () => boolean,
): Promise<readonly number[]> {
  const orders: Orders = { seeds, options, hangsMs };
  const flight = fork(join(built.folder, 'test/swarm/flight.js'), [JSON.stringify(orders)], { execArgv: [] });
  let current = seeds[0] ?? 0;
  flight.on('message', (told: Told) => {
    current = told.seed;
    if (told.kind === 'begins') return;
    if (told.kind === 'fails') failures.push(told);
    else {
      outcomes.push(told.outcome);
      const { violations } = told.outcome;
      if (violations.length > 0) failures.push({ seed: told.seed, problem: violations.slice(0, 5).join('\n  ') });
    }
    onOutcome?.(outcomes.length);
    if (isOver()) flight.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    flight.on('error', reject);
    flight.on('close', (code, signal) => {
      if (code === 0 || isOver()) return resolve([]);
      const how =
        signal === 'SIGKILL'
          ? `spins: it is at it for ${hangsMs / 1000} s, and may give nothing else a turn`
          : `ends the process with ${code ?? signal}`;
      failures.push({ seed: current, problem: how });
      resolve(seeds.slice(seeds.indexOf(current) + 1));
    });
  });
}
