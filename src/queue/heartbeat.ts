import type { Clock } from '../campaign/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Holder } from '../ledger/runs.ts';
import type { Queue } from './queue.ts';
import { beatMs } from './workers.ts';

/** A worker, as far as others see it. */
interface Beating extends Holder, Pick<Clock, 'sleep'> {
  readonly id: string;
  readonly accepted: number;
  /** What it works on, by the ids of campaigns. */
  readonly running: ReadonlyMap<string, unknown>;
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly events: { readonly onTrouble: (error: unknown) => void };
}

/** Says every now and then that a worker is alive; the returned function takes it off the list. */
export function beat(worker: Beating): () => Promise<void> {
  const { queue, ledger, sleep, id, host, pid } = worker;
  const over = new AbortController();
  const say = async (): Promise<void> => {
    const found = await Promise.all([...worker.running.keys()].map((campaign) => ledger.find(campaign)));
    const campaigns = found.flatMap((campaign) => campaign?.name ?? []);
    await queue.beat({ id, host, pid, campaigns, accepted: worker.accepted });
  };
  const beating = (async () => {
    while (!over.signal.aborted) {
      await say().catch(worker.events.onTrouble);
      await sleep(beatMs, over.signal);
    }
  })();
  return async () => {
    over.abort();
    await beating;
    await queue.leave(id).catch(worker.events.onTrouble);
  };
}
