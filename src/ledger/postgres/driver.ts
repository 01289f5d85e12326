import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { CliError } from '../../errors.ts';
import { leaseMs } from '../rules/lease.ts';
import { despiteConflicts } from './conflicts.ts';
import { isAway, storageFault } from './faults.ts';
import { type Gate, lockText } from './gates.ts';
import { watchLine } from './line.ts';
import { type Attempted, type Mark, markText, outcomeOf } from './lost-commit.ts';
import { type Sql, storable, textOf } from './sql.ts';

/** Runs statements one after the other, also those that are given together. `Row` is what its author says the columns are. */
export interface Connection {
  all<Row>(statement: Sql): Promise<Row[]>;
  get<Row>(statement: Sql): Promise<Row | undefined>;
  /** How many rows it changed. */
  run(statement: Sql): Promise<number>;
  /** A statement of somebody else's, with `$1` in place of its first value. */
  raw(text: string, values: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** The server, as far as a ledger needs it: it may go away and come back in between. */
export interface Database {
  /** Statements that change nothing. Tried again when the connection is lost. */
  read<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Runs `work` between BEGIN and COMMIT, all or nothing, once its gates are open; a throw rolls back. Where it was
   * undone without having been committed it begins again, so `work` may run several times; it is committed once.
   */
  transaction<T>(gates: readonly Gate[], work: (connection: Connection) => Promise<T>): Promise<T>;
  /** A connection of its own for something long; nothing is tried again, and a failure closes it. */
  alone<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** The address without its password. */
  readonly shown: string;
  close(): Promise<void>;
}

/** How long a server that went away is waited for, in milliseconds: after it a run's lease may be another's. */
const outageMs = leaseMs;

/** The first and the longest pause between two tries, in milliseconds. */
const [shortestPauseMs, longestPauseMs] = [50, 2000];

/** How long a server is waited for at the end, in milliseconds. */
const farewellMs = 2000;

/** A database by its connections. */
export function overPool(pool: Pool, shown: string): Database {
  const use = async <T>(work: (client: PoolClient) => Promise<T>, closes = isAway): Promise<T> => {
    const client = await pool.connect();
    const stopWatching = watchLine(socketOf(client));
    let isBroken = false;
    try {
      return await work(client);
    } catch (error) {
      isBroken = closes(error);
      throw error;
    } finally {
      stopWatching();
      client.release(isBroken);
    }
  };
  return {
    shown,
    read: (work) => persist(shown, () => use((client) => work(connectionOf(client)))),
    transaction: (gates, work) => persist(shown, () => transact(use, gates, work)),
    alone: (work) =>
      guarded(shown, () =>
        use(
          (client) => work(connectionOf(client)),
          () => true,
        ),
      ),
    // A statement that a server out of reach will never answer is not waited for.
    close: () => Promise.race([pool.end(), new Promise<void>((resolve) => setTimeout(resolve, farewellMs).unref())]),
  };
}

type Use = <T>(work: (client: PoolClient) => Promise<T>) => Promise<T>;

/** What a transaction came to: its value, which may be anything, or that the server undid it instead of committing. */
type Ended<T> = { readonly value: T } | 'undone';

async function transact<T>(use: Use, gates: readonly Gate[], work: (connection: Connection) => Promise<T>): Promise<T> {
  for (;;) {
    let unanswered: { readonly attempted: Attempted; readonly value: T } | undefined;
    try {
      const ended = await use(async (client): Promise<Ended<T>> => {
        const { attempted, value } = await rollingBack(client, async () => ({
          attempted: await begin(client, gates),
          value: await work(connectionOf(client)),
        }));
        unanswered = { attempted, value };
        const { command } = await client.query('commit');
        unanswered = undefined;
        // What PostgreSQL says to the commit of a transaction that had failed before.
        return command === 'COMMIT' ? { value } : 'undone';
      });
      if (ended === 'undone') throw new Error('a statement of a transaction failed unseen');
      return ended.value;
    } catch (error) {
      if (unanswered === undefined || !isAway(error)) throw error;
      const { attempted, value } = unanswered;
      // Whether the server took the COMMIT that got no answer is not guessed but asked.
      const isCommitted = await persistently(() => use((client) => outcomeOf(connectionOf(client), attempted)));
      if (isCommitted) return value;
    }
  }
}

/** Ends the transaction when `work` fails, unless the server has done so by going away. */
async function rollingBack<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAway(error)) await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Begins, waits at the gates in their order, and leaves a mark. One trip to the server. */
async function begin(client: PoolClient, gates: readonly Gate[]): Promise<Attempted> {
  // The tables come about in one that may be begun again: it looks first what is there.
  const mark = gates.some(({ kind }) => kind === 'schema') ? undefined : nextMark(client);
  const statements = [
    ...['begin', 'select pg_current_xact_id()::text as xid'],
    ...gates.filter(({ keys }) => keys.length > 0).map(lockText),
    ...(mark ? [markText(mark)] : []),
  ];
  const [, numbered] = (await client.query(statements.join('; '))) as unknown as readonly QueryResult<{
    xid: string;
  }>[];
  const xid = numbered?.rows[0]?.xid;
  if (xid === undefined) throw new Error('the server gave a transaction no number');
  return { xid, pid: pidOf(client), mark };
}

const marks = new WeakMap<PoolClient, Mark>();

function nextMark(client: PoolClient): Mark {
  const { session, number } = marks.get(client) ?? { session: randomUUID(), number: 0 };
  const mark = { session, number: number + 1 };
  marks.set(client, mark);
  return mark;
}

function connectionOf(client: PoolClient): Connection {
  const query = (statement: Sql) => {
    const text = textOf(statement);
    const values = statement.values.map((value) => (typeof value === 'string' ? storable(value) : value));
    return client.query(values.length === 0 ? { text } : { name: nameOf(text), text, values });
  };
  return {
    all: async <Row>(statement: Sql) => (await query(statement)).rows as Row[],
    get: async <Row>(statement: Sql) => (await query(statement)).rows[0] as Row | undefined,
    run: async (statement) => (await query(statement)).rowCount ?? 0,
    raw: async (text, values) => (await client.query(text, [...values])).rows,
  };
}

const names = new Map<string, string>();

/** The name by which a connection keeps the plan of a statement. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `volley_${names.size}`;
  names.set(text, name);
  return name;
}

const socketOf = (client: PoolClient): Socket =>
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;

const pidOf = (client: PoolClient): number => (client as unknown as { readonly processID: number }).processID;

/** Turns what the user can mend into words. */
async function guarded<T>(shown: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFault(error, shown) ?? error;
  }
}

function persist<T>(shown: string, work: () => Promise<T>): Promise<T> {
  return guarded(shown, () => persistently(work));
}

/** Tries again what was undone by others, and, for a while, what found no server. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  let givesUpAt: number | undefined;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await despiteConflicts(work);
    } catch (error) {
      givesUpAt ??= performance.now() + outageMs;
      if (error instanceof CliError || !isAway(error) || performance.now() > givesUpAt) throw error;
      await pause(pauseMs);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
