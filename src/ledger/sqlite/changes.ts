import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import type { Database } from './driver.ts';
import { newCampaignId } from './staging.ts';

/** SQL that is false of a campaign that was called back: nothing of it is sent again. */
const isOpen = 'not exists (select 1 from campaigns where id = :campaignId and recalled_at is not null)';

type Changes = Pick<Ledger, 'reopen' | 'retryUndelivered' | 'cancelPending' | 'cancelAccepted'>;

/** What people decide about messages that were written down before. `now`: the ledger's clock, in milliseconds since 1970. */
export function messageChanges(database: Database, now: () => number): Changes {
  const cancelPending = database.prepare(
    "update messages set state = 'canceled' where campaign_id = :campaignId and state = 'pending'",
  );
  const recall = database.prepare(
    'update campaigns set recalled_at = coalesce(recalled_at, :at) where id = :campaignId',
  );
  const cancelAccepted = database.prepare(
    "update messages set state = 'canceled', status = :status where id = :messageId and state = 'accepted'",
  );
  return {
    cancelPending: async (campaignId) =>
      database.transaction(() => {
        recall.run({ campaignId, at: now() });
        return cancelPending.run({ campaignId });
      }),
    cancelAccepted: async (messageId, status) => void cancelAccepted.run({ messageId, status }),
    reopen: async (campaignId, codes) =>
      database
        .prepare(`update messages set state = 'pending', due_at = 0
          where campaign_id = :campaignId and state = 'rejected' and text_kept <> 'gone' and ${isOpen}
            and code in (select value from json_each(:codes))`)
        .run({ campaignId, codes: JSON.stringify(codes) }),
    retryUndelivered: async (campaignId, codes) => retryUndelivered(database, campaignId, codes, now()),
  };
}
/** A row of its own for each second try: one SID stays one message. */
function retryUndelivered(database: Database, campaignId: string, codes: readonly number[], at: number): number {
  const insert = database.prepare(`
    insert into messages (id, campaign_id, line, recipient, sender, request, state, segments, country, unit_price,
      quiet_hours, text_kept, written_at, retry_of)
    select :prefix || '-' || row_number() over (order by seq), campaign_id, line, recipient, sender,
      case when request ->> 'sendAt' <= :time then json_remove(request, '$.sendAt', '$.scheduleType') else request end,
      'pending', segments, country, unit_price, quiet_hours, text_kept, :at, id
    from messages m where campaign_id = :campaignId and state = 'accepted' and status in (${failedInSql})
      and ${isOpen} and code in (select value from json_each(:codes)) and retry_of is null and text_kept <> 'gone'
      and not exists (select 1 from messages r where r.retry_of = m.id)`);
  const time = new Date(at).toISOString();
  return insert.run({ prefix: newCampaignId(), campaignId, codes: JSON.stringify(codes), time, at });
}
