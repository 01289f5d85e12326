import { setTimeout as delay } from 'node:timers/promises';
import type { installation } from '../e2e/volley.ts';

/** How a worker is started: it gives up soon, so that a storm is short. */
const quick = ['--timeout', '1s', '--settle', '700ms', '--concurrency', '32', '--on-unknown', 'resend'];

/** How soon a worker must end that is asked to, in milliseconds, on a machine that does much else. */
const farewellMs = 15_000;

/** Workers that are always so many: who ends is replaced. */
export interface Crew {
  /** Kills one as `kill -9` does, and puts another in its place. Hears its process number at that moment. */
  readonly kill: (place: number, onDeath: (pid: number) => Promise<void>) => Promise<void>;
  /** Asks one to end, and puts another in its place. Throws unless it ends soon and well. */
  readonly replace: (place: number) => Promise<void>;
  /** Asks all to end. Throws when one does not, or one had ended by itself before. */
  readonly dismiss: () => Promise<void>;
  /** Ends all at once, whatever they do. */
  readonly abandon: () => void;
  /** All that those who have ended have printed. */
  readonly outputs: readonly string[];
}

type Running = ReturnType<ReturnType<typeof installation>['start']>;

/** Starts so many workers. One that finds no server may end, and is started again. */
export function hire(count: number, start: ReturnType<typeof installation>['start']): Crew {
  const outputs: string[] = [];
  const deserted: string[] = [];
  const leaving = new Set<Running>();
  const begin = (place: number): void => {
    const worker = start('worker', ...quick);
    places[place] = worker;
    void worker.ended.then(async ({ code, stdout, stderr }) => {
      outputs.push(stdout, stderr);
      if (leaving.has(worker)) return;
      if (!/Cannot open the ledger|out of reach/.test(stderr)) deserted.push(`${code}: ${stderr}`);
      await delay(300);
      if (!leaving.has(worker)) begin(place);
    });
  };
  const places: Running[] = [];
  for (let place = 0; place < count; place++) begin(place);
  const take = (place: number): Running => {
    const worker = places[place];
    if (!worker) throw new Error(`there is no worker ${place}`);
    leaving.add(worker);
    return worker;
  };
  const farewell = async (worker: Running): Promise<void> => {
    worker.child.kill('SIGTERM');
    const patience = setTimeout(() => worker.child.kill('SIGKILL'), farewellMs);
    const { code, stderr } = await worker.ended;
    clearTimeout(patience);
    // Before it has begun to listen to the signal the system ends it.
    const hadNotBegun = worker.child.signalCode === 'SIGTERM' && stderr === '';
    if (code !== 0 && !hadNotBegun && !/Cannot open the ledger/.test(stderr)) {
      throw new Error(`a worker that is asked to end does so with ${code}: ${stderr}`);
    }
  };
  return {
    kill: async (place, onDeath) => {
      const worker = take(place);
      worker.child.kill('SIGKILL');
      await worker.ended;
      await onDeath(worker.child.pid ?? 0);
      begin(place);
    },
    replace: async (place) => {
      await farewell(take(place));
      begin(place);
    },
    dismiss: async () => {
      await Promise.all(places.map((_, place) => farewell(take(place))));
      if (deserted.length > 0) throw new Error(`workers ended by themselves: ${deserted.slice(0, 3).join('\n')}`);
    },
    abandon: () => {
      for (const [place] of places.entries()) take(place).child.kill('SIGKILL');
    },
    outputs,
  };
}
