import type { Plan } from '../../core/plan.ts';
import { type SenderTotalRow, type StagedRow, toPlan } from '../rows.ts';
import { dealtWithInSql, planTotals, stagedCounts } from '../statements.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import { type PlanPlace, toSend } from './plan-prices.ts';
import { named, raw, sql } from './sql.ts';

/** What `commit` would do with a plan. */
export async function planOf(connection: Connection, place: PlanPlace, clock: Clock): Promise<Plan> {
  const { id, target } = place;
  const staged = await connection.get<StagedRow>(
    sql`select ${raw(stagedCounts)} from messages where campaign_id = ${id}`,
  );
  const already = await connection.get<{ n: number }>(sql`select count(*) as n from messages s join messages t
    on t.campaign_id = ${target} and t.key = s.key and t.state in ${raw(dealtWithInSql)}
    where s.campaign_id = ${id} and s.state = 'pending'`);
  const totals = named(planTotals, { at: sql`(select ${clock()})` });
  const senders = await connection.all<SenderTotalRow>(
    sql`select sender, ${totals} from messages where ${toSend(place)} group by sender order by 2 desc, min(seq)`,
  );
  const campaign = await connection.get<{ currency: string | null }>(
    sql`select currency from campaigns where id = ${id}`,
  );
  return toPlan({ staged, already: already?.n ?? 0, senders, currency: campaign?.currency ?? null });
}
