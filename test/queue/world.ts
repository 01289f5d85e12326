import { commitPlan } from '../../src/campaign/approve.ts';
import { type DeliverOptions, defaultDelivery } from '../../src/campaign/deliver.ts';
import { planCampaign } from '../../src/campaign/plan.ts';
import { systemClock } from '../../src/campaign/ports.ts';
import { dataRows, rowRules } from '../../src/campaign/row-rules.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { InTransaction } from '../../src/ledger/plans.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import type { Sender } from '../../src/provider/provider.ts';
import { openPostgresQueue } from '../../src/queue/pg-boss.ts';
import type { Queue } from '../../src/queue/queue.ts';
import type { Tell } from '../../src/queue/tell-end.ts';
import { runWorker, type WorkerEvents } from '../../src/queue/worker.ts';
import { from } from '../context.ts';
import { newDatabase } from '../new-database.ts';

/** A database of its own with ledger and queue on it. */
export async function sharedWorld() {
  emptyWorld ??= makeEmptyWorld();
  return open(await newDatabase(await emptyWorld));
}

/** The tables of ledger and queue take longer to make than to copy. */
let emptyWorld: Promise<string> | undefined;

async function makeEmptyWorld(): Promise<string> {
  const { address, close } = await open(await newDatabase());
  await close();
  return address;
}

async function open(address: string) {
  const ledger = await openPostgresLedger(address);
  const queue = await openPostgresQueue(address);
  return {
    address,
    ledger,
    queue,
    close: async () => {
      await queue.close();
      await ledger.close();
    },
  };
}

let campaigns = 0;

/** Writes a campaign of `count` messages down for workers; a segment costs 0.01, and the text names the campaign. */
export function enqueue(
  { ledger, queue }: { readonly ledger: Ledger; readonly queue: Queue },
  count: number,
  delivery: Partial<DeliverOptions> = {},
  senders: readonly string[] = [from],
  notify?: string,
) {
  const together = queue.enqueuing({ delivery: { ...defaultDelivery, ...delivery }, notify });
  return plan({ ledger }, count, senders, together);
}

/** The same for whoever sends it. */
export async function plan(
  { ledger }: { readonly ledger: Ledger },
  count: number,
  senders: readonly string[],
  together?: InTransaction,
) {
  const name = `shared-${++campaigns}`;
  const rows = Array.from({ length: count }, (_, i) => ({
    to: `+1415555${String(i).padStart(4, '0')}`,
    from: senders[i % senders.length] ?? from,
  }));
  const ports = { ledger, ...systemClock, signal: new AbortController().signal };
  const rules = await rowRules({ defaults: { body: `Hi from ${name}` }, nowMs: Date.now() });
  const pending = await planCampaign(dataRows(rows), rules, { name, source: 'test' }, ports);
  const destinations = await pending.staging.destinations();
  await pending.staging.price(
    destinations.map(({ country, sender, hasMedia }) => ({ country, sender, hasMedia, unitPrice: 0.01 })),
    'USD',
  );
  const approval = { strict: false, maxInvalid: 1, maxCost: undefined, mayRepeat: true };
  return (await commitPlan(pending, approval, ports, together)).campaign;
}

let count = 0;

/** A worker in this process, with a connection to the ledger of its own; ends when nothing is left, or at `until`. */
export async function drain(
  { address, queue }: { readonly address: string; readonly queue: Queue },
  provider: Sender,
  events: Partial<WorkerEvents> = {},
  {
    until,
    mostSenders,
    tell = async () => undefined,
  }: { readonly until?: AbortSignal; readonly mostSenders?: number | undefined; readonly tell?: Tell } = {},
) {
  const ledger = await openPostgresLedger(address);
  const options = { concurrency: 16, timeoutMs: 1000, resolveMs: 0, onUnknown: 'hold', mostSenders } as const;
  try {
    return await runWorker(
      { ...options, id: `worker-${++count}`, host: 'here', pid: process.pid, drain: until === undefined },
      {
        ...{ ledger, queue, provider, ...systemClock, signal: until ?? new AbortController().signal, tell },
        events: {
          onResult: () => undefined,
          onShare: () => undefined,
          onStopped: () => undefined,
          onTrouble: (error) => {
            throw error;
          },
          ...events,
        },
      },
    );
  } finally {
    await ledger.close();
  }
}
