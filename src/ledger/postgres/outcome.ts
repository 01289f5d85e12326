import type { Connection } from './driver.ts';
import { sql } from './sql.ts';

/** How long a session may take to end that was told to, in milliseconds. */
const endingMs = 5000;

/**
 * Whether a transaction was committed whose COMMIT got no answer. One that is still open belongs to a session that we
 * have lost: it is ended first, so that what is told here stays true. https://www.postgresql.org/docs/current/functions-info.html.
 */
export async function outcomeOf(connection: Connection, xid: string, pid: number): Promise<boolean> {
  for (;;) {
    const found = await connection.get<{ status: string | null }>(sql`select pg_xact_status(${xid}::xid8) as status`);
    if (found?.status === 'committed') return true;
    if (found?.status === 'aborted') return false;
    if (found?.status !== 'in progress') throw new Error(`the server has forgotten transaction ${xid}`);
    // By its transaction, too: the number of a process is used again.
    await connection.get(sql`select pg_terminate_backend(pid, ${endingMs}::bigint) from pg_stat_activity
      where pid = ${pid} and backend_xid = ${xid}::xid8::xid`);
  }
}
