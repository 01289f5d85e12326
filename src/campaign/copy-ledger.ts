import { createHash, type Hash } from 'node:crypto';
import { CliError } from '../errors.ts';
import {
  type LedgerTables,
  type TableName,
  type TableReader,
  type TableRow,
  type TableShape,
  type TableWriter,
  tableShapes,
} from '../ledger/tables.ts';

/** How many rows of each table were moved. */
export type Copied = Readonly<Record<TableName, number>>;

/** The rows of a ledger, told in a number and a digest a table. */
type Summary = ReadonlyMap<TableName, { readonly rows: number; readonly digest: string }>;

/**
 * Writes all of a ledger into an empty one, all or nothing, and reads it back before it counts. Throws a `CliError` when
 * somebody runs a campaign of the one, when the other holds anything, or when what was read back is not what was read.
 */
export async function copyLedger(from: LedgerTables, to: LedgerTables): Promise<Copied> {
  return from.read(async (source) => {
    await refuseInUse(from.shown, source);
    return to.write(async (target) => {
      await refuseFilled(to.shown, target);
      const key = await source.pseudonymKey();
      if (key !== undefined) await target.keepPseudonymKey(key);
      const sent = await summarize(source, (table, rows) => target.insert(table, rows));
      refuseDifferent(sent, await summarize(target), to.shown);
      return Object.fromEntries([...sent].map(([name, { rows }]) => [name, rows])) as Copied;
    });
  });
}

async function refuseInUse(shown: string, source: TableReader): Promise<void> {
  const holder = await source.heldBy();
  if (!holder) return;
  throw new CliError('held', `A campaign of the ledger ${shown} is running: process ${holder.pid} on ${holder.host}.`, {
    hint: 'Nothing was copied. Wait for it, or stop it.',
  });
}

async function refuseFilled(shown: string, target: TableWriter): Promise<void> {
  for (const table of tableShapes) {
    if ((await target.page(table, undefined)).length === 0) continue;
    throw new CliError('input', `The ledger ${shown} is not empty.`, {
      hint: 'Nothing was copied. A ledger is copied into a new one only.',
    });
  }
}

/** Goes through all tables, and hands each page of rows on. */
async function summarize(
  reader: TableReader,
  handOn: (table: TableShape, rows: readonly TableRow[]) => Promise<void> = async () => undefined,
): Promise<Summary> {
  const summary = new Map<TableName, { rows: number; digest: string }>();
  for (const table of tableShapes) {
    const hash = createHash('sha256');
    let count = 0;
    for (
      let rows = await reader.page(table, undefined);
      rows.length > 0;
      rows = await reader.page(table, rows.at(-1))
    ) {
      for (const row of rows) digestRow(hash, table, row);
      await handOn(table, rows);
      count += rows.length;
    }
    summary.set(table.name, { rows: count, digest: hash.digest('hex') });
  }
  return summary;
}

function digestRow(hash: Hash, { columns }: TableShape, row: TableRow): void {
  hash.update(`${JSON.stringify(Object.keys(columns).map((column) => row[column] ?? null))}\n`);
}

function refuseDifferent(sent: Summary, found: Summary, shown: string): void {
  for (const [name, { rows, digest }] of sent) {
    const written = found.get(name);
    if (written?.rows === rows && written.digest === digest) continue;
    throw new CliError('storage', `The ledger ${shown} would not hold ${name} as they are.`, {
      hint: 'Nothing was copied. Please report it.',
    });
  }
}
