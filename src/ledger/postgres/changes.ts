import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import type { Clock } from './clock.ts';
import type { Database } from './driver.ts';
import type { Gate } from './gates.ts';
import { raw, type Sql, sql } from './sql.ts';
import { newCampaignId } from './staging.ts';

type Changes = Pick<Ledger, 'reopen' | 'retryUndelivered' | 'cancelPending' | 'cancelAccepted'>;

/** True of a campaign that was not called back: else nothing of it is sent again. */
const isOpen = (campaignId: string): Sql =>
  sql`not exists (select 1 from campaigns where id = ${campaignId} and recalled_at is not null)`;

const alone = (campaignId: string): readonly Gate[] => [{ kind: 'campaign', keys: [campaignId] }];

/** What people decide about messages that were written down before. */
export function messageChanges({ transaction }: Database, clock: Clock): Changes {
  return {
    cancelPending: (campaignId) =>
      transaction(alone(campaignId), async (connection) => {
        await connection.run(sql`update campaigns set recalled_at = coalesce(recalled_at, ${clock()})
          where id = ${campaignId}`);
        return connection.run(sql`update messages set state = 'canceled'
          where campaign_id = ${campaignId} and state = 'pending'`);
      }),
    cancelAccepted: (messageId, status) =>
      transaction([], async (connection) => {
        await connection.run(sql`update messages set state = 'canceled', status = ${status}
          where id = ${messageId} and state = 'accepted'`);
      }),
    reopen: (campaignId, codes) =>
      transaction(alone(campaignId), (connection) =>
        connection.run(sql`update messages set state = 'pending', due_at = 0
          where campaign_id = ${campaignId} and state = 'rejected' and text_kept <> 'gone' and ${isOpen(campaignId)}
            and code = any(${codes}::bigint[])`),
      ),
    retryUndelivered: (campaignId, codes) => {
      const prefix = newCampaignId();
      return transaction(alone(campaignId), async (connection) => {
        const now = await connection.get<{ at: number }>(sql`select ${clock()} as at`);
        const at = now?.at ?? 0;
        return connection.run(retries(campaignId, codes, { prefix, at }));
      });
    },
  };
}

/** A row of its own for each second try: one SID stays one message. */
function retries(campaignId: string, codes: readonly number[], { prefix, at }: { prefix: string; at: number }): Sql {
  return sql`
    insert into messages (id, campaign_id, line, recipient, sender, request, state, segments, country, unit_price,
      quiet_hours, text_kept, written_at, retry_of)
    select ${`${prefix}-`} || row_number() over (order by seq), campaign_id, line, recipient, sender,
      case when request ->> 'sendAt' <= ${new Date(at).toISOString()}
        then (request::jsonb - '{sendAt,scheduleType}'::text[])::json else request end,
      'pending', segments, country, unit_price, quiet_hours, text_kept, ${at}, id
    from messages m where campaign_id = ${campaignId} and state = 'accepted' and status in (${raw(failedInSql)})
      and ${isOpen(campaignId)} and code = any(${codes}::bigint[]) and retry_of is null and text_kept <> 'gone'
      and not exists (select 1 from messages r where r.retry_of = m.id) order by seq`;
}
