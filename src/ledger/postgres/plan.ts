import { costOf } from '../../core/outcome/report.ts';
import type { Plan, PlannedSender } from '../../core/plan.ts';
import { optedOut } from '../rules/opt-outs.ts';
import { dealtWithInSql } from '../statements.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import { type PlanPlace, toSend } from './plan-prices.ts';
import { raw, sql } from './sql.ts';

interface StagedCounts {
  readonly rows: number;
  readonly invalid: number;
  readonly skipped: number;
  readonly optedOut: number;
}

interface SendCounts {
  readonly amount: number | null;
  readonly unpriced: number;
  readonly waiting: number;
  readonly firstAt: number | null;
}

/** What `commit` would do with a plan. */
export async function planOf(connection: Connection, place: PlanPlace, clock: Clock): Promise<Plan> {
  const { id, target } = place;
  const staged = await connection.get<StagedCounts>(sql`select count(*) as rows,
      count(*) filter (where state = 'invalid') as invalid, count(*) filter (where state = 'skipped') as skipped,
      count(*) filter (where reason = ${optedOut}) as "optedOut"
    from messages where campaign_id = ${id}`);
  const already = await connection.get<{ n: number }>(sql`select count(*) as n from messages s join messages t
    on t.campaign_id = ${target} and t.key = s.key and t.state in ${raw(dealtWithInSql)}
    where s.campaign_id = ${id} and s.state = 'pending'`);
  const senders = await connection.all<PlannedSender>(sql`
    select sender, count(*) as count, sum(segments)::bigint as segments from messages
    where ${toSend(place)} group by sender order by 2 desc, min(seq)`);
  const sending = await connection.get<SendCounts>(sql`select sum(segments * unit_price) as amount,
      count(*) - count(unit_price) as unpriced, count(*) filter (where due_at > now.at) as waiting,
      min(due_at) filter (where due_at > now.at) as "firstAt"
    from messages, (select ${clock()} as at) now where ${toSend(place)}`);
  const campaign = await connection.get<{ currency: string | null }>(
    sql`select currency from campaigns where id = ${id}`,
  );
  return {
    rows: staged?.rows ?? 0,
    toSend: senders.reduce((sum, { count }) => sum + count, 0),
    invalid: staged?.invalid ?? 0,
    skipped: staged?.skipped ?? 0,
    optedOut: staged?.optedOut ?? 0,
    already: already?.n ?? 0,
    segments: senders.reduce((sum, { segments }) => sum + segments, 0),
    cost: costOf(sending?.amount ?? null, campaign?.currency ?? null),
    unpriced: sending?.unpriced ?? 0,
    senders,
    waiting: { count: sending?.waiting ?? 0, firstAt: sending?.firstAt ?? null },
  };
}
