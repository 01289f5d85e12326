import { statSync } from 'node:fs';
import { batch, freshLedger, someLeft, volley } from '../commands.ts';
import { listOf } from '../lists.ts';
import { inTurns, timed, type Used, used } from '../processes.ts';
import { type Provider, startProvider } from '../provider.ts';
import { median } from '../statistics.ts';

export interface Planning {
  /** Plans of one row: what it takes to start and to end. */
  readonly start: readonly Used[];
  /** Plans of a thousand rows, and of ten times more each. */
  readonly sizes: readonly Planned[];
}

/** A list as a plan: read, checked, written down, and one message of it sent. */
export interface Planned {
  readonly rows: number;
  readonly runs: readonly Used[];
  /** Of the ledger, when one row is sent. */
  readonly ledgerBytes: number;
  /** Seconds of the commands that look at such a ledger, or go on with it, from start to end. */
  readonly commands: Readonly<Record<'report' | 'campaigns' | 'resume', readonly number[]>>;
}

export async function measurePlanning(rounds: number, mostRows: number): Promise<Planning> {
  const provider = await startProvider(0);
  const { start } = await inTurns(rounds, { start: () => plan(1, freshLedger(), provider) });
  const sizes: Planned[] = [];
  for (let rows = 1000; rows <= mostRows; rows *= 10) {
    sizes.push(await measureSize(rows, rows > 100_000 ? 1 : rounds, provider));
  }
  provider.stop();
  return { start, sizes };
}

async function plan(rows: number, ledger: string, provider: Provider): Promise<Used> {
  const command = batch(await listOf(rows), { ledger, campaign: 'large', limit: 1 });
  return used(command, provider.settings, rows > 1 ? someLeft : 0);
}

async function measureSize(rows: number, rounds: number, provider: Provider): Promise<Planned> {
  const ledgers = Array.from({ length: rounds }, freshLedger);
  const { runs } = await inTurns(rounds, { runs: (round) => plan(rows, ledgers[round]!, provider) });
  const ledger = ledgers[0]!;
  const ledgerBytes = statSync(ledger).size;
  const commands = await inTurns(3, {
    report: () => timed(volley('report', 'large', '--ledger', ledger)),
    campaigns: () => timed(volley('campaigns', '--ledger', ledger)),
    resume: () => timed(volley('resume', 'large', '--limit', '1', '--ledger', ledger), provider.settings, someLeft),
  });
  return { rows, runs, ledgerBytes, commands };
}

/** Microseconds of processor time a row, in each round, beside what starting takes. */
export function microsecondsARow({ start }: Planning, { rows, runs }: Planned): readonly number[] {
  const toStart = median(start.map(({ cpuSeconds }) => cpuSeconds));
  return runs.map(({ cpuSeconds }) => ((cpuSeconds - toStart) / (rows - 1)) * 1e6);
}
