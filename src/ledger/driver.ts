import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import { CliError } from '../errors.ts';

/** A value SQLite stores. */
export type SqlValue = string | number | null;

/** A prepared statement. `Row` is what its author says the columns are. */
export interface Statement<Row> {
  run(values?: Readonly<Record<string, SqlValue>>): number;
  get(values?: Readonly<Record<string, SqlValue>>): Row | undefined;
  all(values?: Readonly<Record<string, SqlValue>>): Row[];
  iterate(values?: Readonly<Record<string, SqlValue>>): IterableIterator<Row>;
}

/** One connection to a SQLite file: the only place that knows which library it is. */
export interface Database {
  exec(sql: string): void;
  prepare<Row>(sql: string): Statement<Row>;
  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; a throw rolls back. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How long a writer waits for another one, in milliseconds. */
const busyTimeoutMs = 30_000;

/** Opens a file for durable use by several processes. Throws a `CliError` when it is not a usable database. */
export function openDatabase(path: string): Database {
  try {
    const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
    connection.exec('pragma journal_mode = wal');
    // FULL, not NORMAL: a claim lost to a power cut would be sent twice.
    connection.exec('pragma synchronous = full');
    connection.exec('pragma secure_delete = on');
    connection.exec('pragma foreign_keys = on');
    return wrap(connection);
  } catch (cause) {
    throw new CliError('config', `Cannot open the ledger ${path}: ${(cause as Error).message}`, {
      hint: 'Check that the folder is there and writable, or name another one with --ledger.',
      cause,
    });
  }
}

function wrap(connection: InstanceType<typeof DatabaseSync>): Database {
  return {
    exec: (sql) => connection.exec(sql),
    prepare: <Row>(sql: string) => wrapStatement<Row>(connection.prepare(sql)),
    transaction: (work) => {
      connection.exec('begin immediate');
      try {
        const value = work();
        connection.exec('commit');
        return value;
      } catch (error) {
        // A full disk has rolled back already, and a second rollback would hide why.
        if (connection.isTransaction) connection.exec('rollback');
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

function wrapStatement<Row>(statement: StatementSyncInstance): Statement<Row> {
  return {
    run: (values = {}) => Number(statement.run(values).changes),
    get: (values = {}) => statement.get(values) as Row | undefined,
    all: (values = {}) => statement.all(values) as Row[],
    iterate: (values = {}) => statement.iterate(values) as IterableIterator<Row>,
  };
}
