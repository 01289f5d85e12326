import type { Destination, UnitPrice } from '../plans.ts';
import { dealtWithInSql } from '../statements.ts';
import type { Connection } from './driver.ts';
import { json, raw, type Sql, sql } from './sql.ts';

/** A plan, and the campaign that it would join; empty: there is none. */
export interface PlanPlace {
  readonly id: string;
  readonly target: string;
}

/** The messages of a plan that `commit` would leave to send: its own that are new, and what the campaign has pending. */
export function toSend({ id, target }: PlanPlace): Sql {
  return sql`messages.state = 'pending' and (
    messages.campaign_id = ${id} and not exists
      (select 1 from messages t where t.campaign_id = ${target} and t.key = messages.key and t.state in ${raw(dealtWithInSql)})
    or messages.campaign_id = ${target} and not exists
      (select 1 from messages s where s.campaign_id = ${id} and s.key = messages.key and s.state = 'pending'))`;
}

const hasMedia = raw("coalesce(request ->> 'mediaUrl', '') <> ''");

/** What a plan would send, by where to and by whom. */
export async function destinationsOf(connection: Connection, place: PlanPlace): Promise<Destination[]> {
  const rows = await connection.all<Destination>(sql`
    select country, sender, ${hasMedia} as "hasMedia", count(*) as messages, sum(segments)::bigint as segments
    from messages where ${toSend(place)} group by 1, 2, 3 order by 4 desc, 1 nulls first, 2, 3`);
  return rows;
}

/** Writes down what a segment of each destination costs; for use inside a transaction. */
export async function priceIn(
  connection: Connection,
  id: string,
  prices: readonly UnitPrice[],
  currency: string,
): Promise<void> {
  await connection.run(sql`update campaigns set currency = ${currency} where id = ${id}`);
  await connection.run(sql`
    update messages m set unit_price = p."unitPrice" / case when p."hasMedia" then greatest(1, m.segments) else 1 end
    from json_to_recordset(${json(prices)}) as p (sender text, country text, "hasMedia" boolean, "unitPrice" double precision)
    where m.campaign_id = ${id} and p.sender = m.sender and coalesce(p.country, '') = coalesce(m.country, '')
      and p."hasMedia" = (${hasMedia})`);
}
