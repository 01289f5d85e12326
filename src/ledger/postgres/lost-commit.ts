import type { Connection } from './driver.ts';
import { sql } from './sql.ts';

/** What a transaction leaves when it is committed: the number of the last one of its session. */
export interface Mark {
  readonly session: string;
  readonly number: number;
}

/** A transaction of ours: its number and its process at the server, and its mark. */
export interface Attempted {
  readonly xid: string;
  readonly pid: number;
  /** Absent: one that may be begun again whatever became of it. */
  readonly mark: Mark | undefined;
}

/** The statement that leaves a mark. */
export function markText({ session, number }: Mark): string {
  return `insert into last_transactions (session, number) values ('${session}', ${number})
    on conflict (session) do update set number = excluded.number, at = excluded.at`;
}

/**
 * Whether a transaction was committed whose COMMIT got no answer. Its number does not tell: a server that crashes before
 * it has written anything of it gives that number to another one.
 */
export async function outcomeOf(connection: Connection, { xid, pid, mark }: Attempted): Promise<boolean> {
  await endOf(connection, xid, pid);
  if (mark === undefined) return false;
  const { session, number } = mark;
  const found = await connection.get(sql`select 1 from last_transactions
    where session = ${session} and number = ${number}::bigint`);
  return found !== undefined;
}

/** How long a session may take to end that was told to, in milliseconds. */
const endingMs = 5000;

/**
 * Waits until a transaction is over. One that is still open belongs to a session that we have lost, and is ended.
 * https://www.postgresql.org/docs/current/functions-info.html.
 */
async function endOf(connection: Connection, xid: string, pid: number): Promise<void> {
  while ((await statusOf(connection, xid)) === 'in progress') {
    // By its transaction, too: the number of a process is used again.
    await connection.get(sql`select pg_terminate_backend(pid, ${endingMs}::bigint) from pg_stat_activity
      where pid = ${pid} and backend_xid = ${xid}::xid8::xid`);
  }
}

async function statusOf(connection: Connection, xid: string): Promise<string | null | undefined> {
  try {
    return (await connection.get<{ status: string | null }>(sql`select pg_xact_status(${xid}::xid8) as status`))
      ?.status;
  } catch (error) {
    // Numbers that a server which crashed has not given out again yet are "in the future".
    if ((error as { readonly code?: string }).code === '22023') return undefined;
    throw error;
  }
}
