import { parentPort, workerData } from 'node:worker_threads';
import type { DrawOptions } from './draw.ts';
import { runSchedule } from './schedule.ts';

// One thread that runs schedules one after the other, and says which it begins: who waits for it can tell when it hangs.

/** What a worker tells. */
export type Told =
  | { readonly kind: 'begins'; readonly seed: number }
  | { readonly kind: 'ends'; readonly seed: number; readonly outcome: Awaited<ReturnType<typeof runSchedule>> }
  | { readonly kind: 'fails'; readonly seed: number; readonly problem: string };

const { seeds, options } = workerData as { readonly seeds: readonly number[]; readonly options: DrawOptions };
const tell = (told: Told) => parentPort?.postMessage(told);

for (const seed of seeds) {
  tell({ kind: 'begins', seed });
  try {
    tell({ kind: 'ends', seed, outcome: await runSchedule(seed, options) });
  } catch (error) {
    tell({ kind: 'fails', seed, problem: (error as Error).stack ?? String(error) });
  }
}
