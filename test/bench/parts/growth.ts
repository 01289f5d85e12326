import { batch, freshLedger, someLeft, volley } from '../commands.ts';
import { listOf, listWithSenders, numbersOf } from '../lists.ts';
import { inTurns, timed, type Used } from '../processes.ts';
import { type Provider, type Sent, sends, startProvider } from '../provider.ts';

/** Whole runs where there is much of something, in turn with runs where there is little of it. */
export interface Growth {
  readonly senders: { readonly rows: number; readonly runs: Readonly<Record<'many' | 'one', readonly Sent[]>> };
  readonly optOuts: {
    readonly importSeconds: number;
    readonly runs: Readonly<Record<'many' | 'none', readonly Used[]>>;
  };
  readonly campaigns: {
    /** Until a hundred were written down and begun, in one ledger, by ten processes at once. */
    readonly beginSeconds: number;
    readonly runs: Readonly<Record<'many' | 'none', readonly Used[]>>;
  };
}

const rounds = 3;
const connections = 64;

export async function measureGrowth(): Promise<Growth> {
  const provider = await startProvider(0);
  const senders = await measureSenders(provider);
  const optOuts = await measureOptOuts(provider);
  const campaigns = await measureCampaigns(provider);
  provider.stop();
  return { senders, optOuts, campaigns };
}

/** Ten thousand senders, a message each, beside one. */
async function measureSenders(provider: Provider): Promise<Growth['senders']> {
  const rows = 10_000;
  const [list, listOfMany] = [await listOf(rows), await listWithSenders(rows)];
  const runs = await inTurns(rounds, {
    many: () => sends(batch(listOfMany, { senders: 'of the list' }), provider, rows, connections),
    one: () => sends(batch(list, {}), provider, rows, connections),
  });
  return { rows, runs };
}

/** A ledger that knows a million opt-outs beside one that knows none. */
async function measureOptOuts(provider: Provider): Promise<Growth['optOuts']> {
  const ledger = freshLedger();
  const optedOut = await numbersOf(1_000_000, 1_000_000);
  const importSeconds = await timed(volley('opt-out', 'import', optedOut, '--ledger', ledger));
  return { importSeconds, runs: await besideFresh(ledger, provider) };
}

/** A ledger with a hundred open campaigns beside one with none. */
async function measureCampaigns(provider: Provider): Promise<Growth['campaigns']> {
  const [ledger, count, rows, limit] = [freshLedger(), 100, 100, 50];
  const lists = await Promise.all(Array.from({ length: count }, (_, index) => listOf(rows, 10_000 + index * rows)));
  let next = 0;
  const begin = async () => {
    for (let index = next++; index < count; index = next++) {
      const command = batch(lists[index]!, { ledger, campaign: `open-${index}`, limit });
      await timed(command, provider.settings, someLeft);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 10 }, begin));
  const beginSeconds = (performance.now() - startedAt) / 1000;
  await provider.count(count * limit, 10 * connections);
  return { beginSeconds, runs: await besideFresh(ledger, provider) };
}

async function besideFresh(ledger: string, provider: Provider) {
  const rows = 8000;
  const list = await listOf(rows);
  const run = (options: { readonly ledger?: string; readonly campaign: string }) =>
    sends(batch(list, options), provider, rows, connections);
  return inTurns(rounds, {
    many: (round) => run({ ledger, campaign: `measured-${round}` }),
    none: () => run({ campaign: 'measured' }),
  });
}
