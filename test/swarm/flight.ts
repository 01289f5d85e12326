import { Worker } from 'node:worker_threads';
import type { DrawOptions } from './draw.ts';
import { runSchedule } from './schedule.ts';

// A process that runs schedules one after the other, and says which it begins. A thread beside it looks at the real
// clock: a schedule that gives nothing else a turn can be ended by nobody else.

/** What a flight is given, as JSON on its command line. */
export interface Orders {
  readonly seeds: readonly number[];
  readonly options: DrawOptions;
  /** No schedule needs this long; one that does spins, in milliseconds. */
  readonly hangsMs: number;
}

/** What a flight tells. */
export type Told =
  | { readonly kind: 'begins'; readonly seed: number }
  | { readonly kind: 'ends'; readonly seed: number; readonly outcome: Awaited<ReturnType<typeof runSchedule>> }
  | { readonly kind: 'fails'; readonly seed: number; readonly problem: string };

const { seeds, options, hangsMs } = JSON.parse(process.argv[2] ?? '{}') as Orders;

/** Resolves when it is out: what comes next may never let go. */
const tell = (told: Told): Promise<void> => new Promise((resolve) => process.send?.(told, () => resolve()));

/** Kills this process, and nothing softer would, when a schedule takes too long or nobody waits for it any more. */
const watchdog = `
const { workerData: { turns, hangsMs, parent } } = require('node:worker_threads');
let [seen, since] = [-1, Date.now()];
setInterval(() => {
  const now = Atomics.load(turns, 0);
  if (now !== seen) [seen, since] = [now, Date.now()];
  if (Date.now() - since > hangsMs || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 100);
`;

const turns = new Int32Array(new SharedArrayBuffer(4));
new Worker(watchdog, { eval: true, workerData: { turns, hangsMs, parent: process.ppid } }).unref();

for (const seed of seeds) {
  await tell({ kind: 'begins', seed });
  try {
    await tell({ kind: 'ends', seed, outcome: await runSchedule(seed, options) });
  } catch (error) {
    await tell({ kind: 'fails', seed, problem: (error as Error).stack ?? String(error) });
  }
  Atomics.add(turns, 0, 1);
}
process.disconnect();
