import { statSync } from 'node:fs';
import { batch, curlLoop, freshLedger, gotLoop, sdkLoop } from '../commands.ts';
import { listOf } from '../lists.ts';
import { inTurns, timed, type Used } from '../processes.ts';
import { type Provider, type Sent, sends, startProvider } from '../provider.ts';

export interface Throughput {
  readonly rows: number;
  readonly connections: number;
  readonly runs: Readonly<Record<'volley' | 'sdk' | 'got', readonly Sent[]>>;
  /** Seconds of a shorter list: each message of curl's is a process. */
  readonly shell: { readonly rows: number; readonly seconds: Readonly<Record<'volley' | 'curl', readonly number[]>> };
  /** One longer run: whether it gets slower, or larger. */
  readonly long: { readonly rows: number; readonly run: Sent; readonly ledgerBytes: number };
}

/** The whole run of a campaign, plan and ledger included, beside loops that keep no record; the provider answers at once. */
export async function measureThroughput(rounds: number): Promise<Throughput> {
  const [rows, connections] = [8000, 64];
  const provider = await startProvider(0);
  const list = await listOf(rows);
  const runs = await inTurns(rounds, {
    volley: () => sends(batch(list, { connections }), provider, rows, connections),
    sdk: () => sends(sdkLoop(list, connections), provider, rows, connections),
    got: () => sends(gotLoop(list, connections), provider, rows, connections),
  });
  const shell = await measureShell(rounds, provider, connections);
  const long = await measureLong(provider, connections);
  provider.stop();
  return { rows, connections, runs, shell, long };
}

async function measureShell(rounds: number, provider: Provider, connections: number): Promise<Throughput['shell']> {
  const rows = 200;
  const list = await listOf(rows);
  const seconds = await inTurns(rounds, {
    volley: () => timed(batch(list, { connections }), provider.settings),
    curl: () => timed(curlLoop(list, connections), provider.settings),
  });
  await provider.count(2 * rounds * rows, connections);
  return { rows, seconds };
}

async function measureLong(provider: Provider, connections: number): Promise<Throughput['long']> {
  const rows = 40_000;
  const ledger = freshLedger();
  const run = await sends(batch(await listOf(rows), { connections, ledger }), provider, rows, connections);
  return { rows, run, ledgerBytes: statSync(ledger).size };
}

/** Processor seconds of each run. */
export const cpuOf = (runs: readonly Used[]): readonly number[] => runs.map(({ cpuSeconds }) => cpuSeconds);

/** Seconds of each run. */
export const secondsOf = (runs: readonly Used[]): readonly number[] => runs.map(({ seconds }) => seconds);
