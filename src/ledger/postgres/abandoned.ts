import { abandonedAfterMs } from '../rules/abandoned.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import { type Sql, sql } from './sql.ts';

/** Throws a plan away; does nothing to a campaign that was published. For use inside a transaction. */
export function dropPlan(connection: Connection, id: string): Promise<void> {
  return drop(connection, sql`id = ${id}`);
}

/** Throws away the plans of runs that died, and the marks of connections that have done nothing for as long. For use inside a transaction. */
export async function dropAbandoned(connection: Connection, clock: Clock): Promise<void> {
  await connection.run(sql`delete from last_transactions where at < now() - ${abandonedAfterMs} * interval '1 ms'`);
  await drop(connection, sql`touched_at < ${clock()} - ${abandonedAfterMs}::bigint`);
}

async function drop(connection: Connection, which: Sql): Promise<void> {
  const plans = await connection.all<{ id: string }>(sql`select id from campaigns where not ready and ${which}
    order by id for update`);
  const ids = plans.map(({ id }) => id);
  if (ids.length === 0) return;
  await connection.run(sql`delete from messages where campaign_id = any(${ids})`);
  await connection.run(sql`delete from campaigns where id = any(${ids})`);
}
