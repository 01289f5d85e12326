import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import { CliError, damagedHint } from '../../errors.ts';
import { applicationId } from './identity.ts';

/** A value SQLite stores. */
export type SqlValue = string | number | null;

/** A prepared statement. `Row` is what its author says the columns are. */
export interface Statement<Row> {
  run(values?: Readonly<Record<string, SqlValue>>): number;
  get(values?: Readonly<Record<string, SqlValue>>): Row | undefined;
  all(values?: Readonly<Record<string, SqlValue>>): Row[];
  /**
   * Runs it for each of a set, inside a transaction. There is no way to a server between two rows: so each costs half of
   * what it takes to come in a JSON array.
   */
  runAll(rows: readonly Readonly<Record<string, SqlValue>>[]): number;
}

/** One connection to a SQLite file: the only place that knows which library it is. */
export interface Database {
  exec(sql: string): void;
  /** A statement that is compiled when it is first used: a command opens all of a ledger and asks for little of it. */
  prepare<Row>(sql: string): Statement<Row>;
  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; a throw rolls back. */
  transaction<T>(work: () => T): T;
  /** The same between BEGIN and COMMIT: it waits for nobody unless it writes what others can see. */
  deferred<T>(work: () => T): T;
  close(): void;
}

/** How long a writer waits for another one, in milliseconds. */
const busyTimeoutMs = 30_000;

/** Opens a file for durable use by several processes. Throws a `CliError` when it is not a usable database. */
export function openDatabase(path: string): Database {
  try {
    const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // Before the switch to WAL: from its first page on the file itself says whose it is.
    if (isEmpty(connection)) connection.exec(`pragma application_id = ${applicationId}`);
    connection.exec('pragma journal_mode = wal');
    // FULL, not NORMAL: a claim lost to a power cut would be sent twice.
    connection.exec('pragma synchronous = full');
    connection.exec('pragma secure_delete = on');
    connection.exec('pragma foreign_keys = on');
    return wrap(connection, path);
  } catch (cause) {
    const fault = storageFault(cause, path);
    // Damage is damage whenever it shows; all else here is about which file was named.
    if (fault && (cause as Error).message === damaged) throw fault;
    throw new CliError('config', `Cannot open the ledger ${path}: ${(cause as Error).message}`, {
      hint: 'Check that the folder is there and writable, or name another one with --ledger.',
      cause,
    });
  }
}

function isEmpty(connection: InstanceType<typeof DatabaseSync>): boolean {
  return Object.values(connection.prepare('pragma page_count').get() as object)[0] === 0;
}

function wrap(connection: InstanceType<typeof DatabaseSync>, path: string): Database {
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storageFault(error, path) ?? error;
    }
  };
  const between = <T>(begin: string, work: () => T): T => {
    guard(() => connection.exec(begin));
    try {
      const value = work();
      guard(() => connection.exec('commit'));
      return value;
    } catch (error) {
      // A full disk has rolled back already, and a second rollback would hide why.
      if (connection.isTransaction) connection.exec('rollback');
      throw error;
    }
  };
  return {
    exec: (sql) => guard(() => connection.exec(sql)),
    prepare: <Row>(sql: string) => {
      const compile = () => {
        const { text, names } = byPosition(sql);
        const statement = guard(() => connection.prepare(text));
        return wrapStatement<Row>(statement, names, guard);
      };
      let compiled: Statement<Row> | undefined;
      const statement = () => (compiled ??= compile());
      return {
        run: (values) => statement().run(values),
        get: (values) => statement().get(values),
        all: (values) => statement().all(values),
        runAll: (rows) => statement().runAll(rows),
      };
    },
    transaction: (work) => between('begin immediate', work),
    deferred: (work) => between('begin', work),
    close: () => connection.close(),
  };
}

type Guard = <T>(work: () => T) => T;

function wrapStatement<Row>(statement: StatementSyncInstance, names: readonly string[], guard: Guard): Statement<Row> {
  const inOrder = (values: Readonly<Record<string, SqlValue>>) =>
    names.map((name) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`no value for :${name}`);
      return value;
    });
  return {
    run: (values = {}) => guard(() => Number(statement.run(...inOrder(values)).changes)),
    get: (values = {}) => guard(() => statement.get(...inOrder(values)) as Row | undefined),
    all: (values = {}) => guard(() => statement.all(...inOrder(values)) as Row[]),
    runAll: (rows) =>
      guard(() => rows.reduce((changes, values) => changes + Number(statement.run(...inOrder(values)).changes), 0)),
  };
}

/**
 * SQL whose `:names` have become `?`, and the names in their order: the library takes 0.1 µs for a value by position
 * and 0.7 for one by name, which for the sixteen of a new row is most of its insert.
 */
export function byPosition(sql: string): { readonly text: string; readonly names: readonly string[] } {
  const names: string[] = [];
  // What is quoted or commented is passed over: it may have a colon of its own.
  const text = sql.replace(/'[^']*'|--[^\n]*|:(\w+)/g, (match, name?: string) => {
    if (name === undefined) return match;
    names.push(name);
    return '?';
  });
  return { text, names };
}

const damaged = 'database disk image is malformed';

/**
 * SQLite's words (sqlite3_errstr) for what a person can do something about. By words, not by code:
 * the library leaves the code out of what `all` throws.
 */
const faults: Readonly<Record<string, { readonly problem: string; readonly hint: string }>> = {
  'database is locked': { problem: 'is locked by another process', hint: 'See which volley is running; then resume.' },
  'attempt to write a readonly database': {
    problem: 'cannot be written',
    hint: 'Check its permissions, or name another one with --ledger.',
  },
  'disk I/O error': { problem: 'cannot be read or written', hint: 'Check the disk, then resume.' },
  [damaged]: {
    problem: 'is damaged',
    hint: damagedHint,
  },
  'database or disk is full': {
    problem: 'has no room left on its disk',
    hint: 'Make room, then resume: nothing is lost.',
  },
  'file is not a database': { problem: 'is not a ledger', hint: 'Name another one with --ledger.' },
};

/** A failure of the disk or file, as the user's to mend; undefined for anything else. */
function storageFault(error: unknown, path: string): CliError | undefined {
  const message = error instanceof Error ? error.message : '';
  const fault = Object.hasOwn(faults, message) ? faults[message] : undefined;
  return fault && new CliError('storage', `The ledger ${path} ${fault.problem}.`, { hint: fault.hint, cause: error });
}
