import { isReplaced, takenOver } from '../statements.ts';
import type { Connection } from './driver.ts';
import type { PlanPlace } from './plan-prices.ts';
import { raw, sql } from './sql.ts';

/** Moves into a campaign that exists what it does not have yet; wrong and skipped rows are those of the latest input. */
export async function merge(connection: Connection, { id, target }: PlanPlace): Promise<void> {
  await connection.run(sql`delete from messages where campaign_id = ${target} and ${raw(isReplaced)}`);
  await connection.run(sql`update messages as t set ${raw(takenOver)}
    from messages s where s.campaign_id = ${id} and s.key = t.key and t.campaign_id = ${target} and t.state = 'pending'`);
  await connection.run(sql`delete from messages as s where s.campaign_id = ${id}
    and exists (select 1 from messages t where t.campaign_id = ${target} and t.key = s.key)`);
  await connection.run(sql`update messages set campaign_id = ${target} where campaign_id = ${id}`);
  await connection.run(sql`update campaigns
    set currency = coalesce((select currency from campaigns where id = ${id}), currency) where id = ${target}`);
  await connection.run(sql`delete from campaigns where id = ${id}`);
}
