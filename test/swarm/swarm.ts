import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DrawOptions } from './draw.ts';
import type { Outcome } from './schedule.ts';
import type { Told } from './worker.ts';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/volley-swarm');

/** The code under test and the swarm, as JavaScript in a folder of their own. */
export interface Built {
  readonly folder: string;
  /** A copy in which a text of one file is another one. Throws when the text is not there. */
  change(file: string, from: string, to: string): Built;
  remove(): void;
}

/** Builds both, from the sources as they are now. */
export function build(): Built {
  const folder = `${cache}-${process.pid}-${Date.now()}`;
  mkdirSync(folder, { recursive: true });
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['--project', join(root, 'test/swarm'), '--outDir', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the swarm does not build:\n${stdout}`);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  return builtIn(folder);
}

function builtIn(folder: string): Built {
  return {
    folder,
    change: (file, from, to) => {
      const source = readFileSync(join(folder, file), 'utf8');
      if (!source.includes(from)) throw new Error(`"${from}" is not in ${file} any more`);
      const copy = `${folder}-${Math.random().toString(36).slice(2, 8)}`;
      cpSync(folder, copy, { recursive: true });
      writeFileSync(
        join(copy, file),
        source.replaceAll(from, () => to),
      );
      return builtIn(copy);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a swarm is to do. */
export interface Swarm {
  readonly built: Built;
  readonly from: number;
  readonly schedules: number;
  readonly threads?: number;
  readonly options?: DrawOptions;
  /** Stops once this many schedules went wrong, or after this long, in milliseconds. */
  readonly mostFailures?: number;
  readonly forMs?: number;
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

/** No schedule needs this long; one that does spins, in milliseconds. */
const hangsMs = 10_000;

/** Runs schedules in threads. One that spins is ended from outside, and told with its seed like any other failure. */
export async function fly(swarm: Swarm): Promise<Flown> {
  const { from, schedules, threads = 2 } = swarm;
  const left = Array.from({ length: schedules }, (_, i) => from + i);
  const flown = { outcomes: [] as Outcome[], failures: [] as Failure[] };
  const until = Date.now() + (swarm.forMs ?? Number.POSITIVE_INFINITY);
  const isOver = () => flown.failures.length >= (swarm.mostFailures ?? 10) || Date.now() > until;
  const work = async (): Promise<void> => {
    while (left.length > 0 && !isOver()) await flySome(left.splice(0, 50), swarm, flown, isOver);
  };
  await Promise.all(Array.from({ length: threads }, work));
  return flown;
}

/** One thread's share. A thread that has to be ended leaves the rest of its share to another one. */
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
  { built, options = {}, onOutcome }: Swarm,
  { outcomes, failures }: { outcomes: Outcome[]; failures: Failure[] },
  isOver: () => boolean,
): Promise<readonly number[]> {
  const worker = new Worker(join(built.folder, 'test/swarm/worker.js'), { workerData: { seeds, options } });
  return new Promise((resolve, reject) => {
    let current: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const stop = (rest: readonly number[]) => {
      clearTimeout(timer);
      void worker.terminate().then(() => resolve(rest));
    };
    const after = (seed: number) => seeds.slice(seeds.indexOf(seed) + 1);
    worker.on('message', (told: Told) => {
      clearTimeout(timer);
      if (told.kind === 'begins') {
        current = told.seed;
        timer = setTimeout(() => {
          failures.push({ seed: told.seed, problem: 'spins: it gives nothing else a turn' });
          stop(after(told.seed));
        }, hangsMs);
        return;
      }
      if (told.kind === 'fails') failures.push(told);
      else {
        outcomes.push(told.outcome);
        if (told.outcome.violations.length > 0)
          failures.push({ seed: told.seed, problem: told.outcome.violations.slice(0, 5).join('\n  ') });
      }
      onOutcome?.(outcomes.length);
      if (isOver()) stop([]);
    });
    worker.on('error', (error) => reject(new Error(`seed ${current}: ${error.message}`, { cause: error })));
    worker.on('exit', () => resolve([]));
  });
}
