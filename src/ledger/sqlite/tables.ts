import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CliError } from '../../errors.ts';
import type { LedgerTables, TableReader, TableRow, TableShape, TableWriter } from '../tables.ts';
import type { Database } from './driver.ts';
import { everyKey } from './keys.ts';
import { holderOf } from './leases.ts';
import { migrate } from './migrations/migrate.ts';
import { openPrivate } from './open.ts';

/** How many rows are read at a time. */
const pageRows = 1000;

/** Opens a ledger in a file by its tables, made if it is not there; see `openSqliteLedger` for what is thrown. */
export function openSqliteTables(path: string, now: () => number): LedgerTables {
  const database = openPrivate(path);
  migrate(database, path);
  const reader = { ...readerOf(database, path), heldBy: async () => holderOf(database, now()) };
  return {
    shown: path,
    read: (work) => locked(database, () => work(reader)),
    write: (work) =>
      locked(database, async () => {
        const value = await work({ ...reader, ...writerOf(database, path) });
        database.exec(everyKey);
        return value;
      }),
    close: async () => database.close(),
  };
}

async function locked<T>(database: Database, work: () => Promise<T>): Promise<T> {
  database.exec('begin immediate');
  try {
    const value = await work();
    database.exec('commit');
    return value;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** A full disk has rolled back already: there is nothing left to do then, and its own error tells why. */
function rollBack(database: Database): void {
  try {
    database.exec('rollback');
  } catch {
    // See above.
  }
}

const keyFile = (path: string): string => `${path}.key`;

function readerOf(database: Database, path: string): Omit<TableReader, 'heldBy'> {
  return {
    page: async (table, after) => database.prepare<TableRow>(pageOf(table, after)).all(after && orderOf(table, after)),
    pseudonymKey: async () => (existsSync(keyFile(path)) ? readFileSync(keyFile(path)).toString('hex') : undefined),
  };
}

function writerOf(database: Database, path: string): Pick<TableWriter, 'insert' | 'keepPseudonymKey'> {
  return {
    insert: async (table, rows) => {
      const names = Object.keys(table.columns);
      const insert = database.prepare(`insert into ${table.name} (${names.map((name) => columnOf(table, name))})
        values (${names.map((name) => `:${name}`)})`);
      for (const row of rows) insert.run(row);
    },
    keepPseudonymKey: async (key) => {
      try {
        writeFileSync(keyFile(path), Buffer.from(key, 'hex'), { flag: 'wx', mode: 0o600, flush: true });
      } catch (cause) {
        if (existsSync(keyFile(path)) && readFileSync(keyFile(path)).toString('hex') === key) return;
        throw new CliError('input', `Cannot write ${keyFile(path)}: ${(cause as Error).message}`, {
          hint: 'Nothing was copied. Name another place for the new ledger.',
          cause,
        });
      }
    },
  };
}

/** In a file the number of a campaign is that of its row. */
const columnOf = ({ name }: TableShape, column: string): string =>
  name === 'campaigns' && column === 'seq' ? 'rowid' : column;

function pageOf(table: TableShape, after: TableRow | undefined): string {
  const { name, columns, order } = table;
  const selected = Object.keys(columns).map((column) => `${columnOf(table, column)} as ${column}`);
  const sorted = order.map((column) => columnOf(table, column));
  // A reply may answer none of them.
  const published =
    'campaign_id' in columns
      ? '(campaign_id is null or campaign_id in (select id from campaigns where ready = 1))'
      : 'true';
  return `select ${selected} from ${name} where ${name === 'campaigns' ? 'ready = 1' : published}
    ${after === undefined ? '' : `and (${sorted}) > (${order.map((column) => `:${column}`)})`}
    order by ${sorted} limit ${pageRows}`;
}

const orderOf = ({ order }: TableShape, row: TableRow): TableRow =>
  Object.fromEntries(order.map((column) => [column, row[column] ?? null]));
