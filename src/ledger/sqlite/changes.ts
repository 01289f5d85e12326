import type { MessageRequest } from '../../core/message.ts';
import { newId } from '../ids.ts';
import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import { secondTries } from '../rules/second-tries.ts';
import { isSettled } from '../statements.ts';
import type { Database } from './driver.ts';

type Changes = Pick<Ledger, 'reopen' | 'retryUndelivered' | 'cancelPending' | 'cancelAccepted'>;

/** How many second tries are made at a time. */
const chunkRows = 2000;

/** What people decide about messages that were written down before. `now`: the ledger's clock, in milliseconds since 1970. */
export function messageChanges(database: Database, now: () => number): Changes {
  const cancelPending = database.prepare(
    "update messages set state = 'canceled' where campaign_id = :campaignId and state = 'pending'",
  );
  const recall = database.prepare(
    'update campaigns set recalled_at = coalesce(recalled_at, :at) where id = :campaignId',
  );
  const recalled = database.prepare('select 1 from campaigns where id = :campaignId and recalled_at is not null');
  const cancelAccepted = database.prepare(
    "update messages set state = 'canceled', status = :status where id = :messageId and state = 'accepted'",
  );
  const reopen = database.prepare(`update messages set state = 'pending', due_at = 0
    where campaign_id = :campaignId and ${isSettled} and state = 'rejected' and text_kept <> 'gone'
      and code in (select value from json_each(:codes))`);
  const retry = retrier(database);
  /** Nothing of a campaign that was called back is sent again. */
  const unlessRecalled = (campaignId: string, work: () => number): number =>
    database.transaction(() => (recalled.get({ campaignId }) === undefined ? work() : 0));
  return {
    cancelPending: async (campaignId) =>
      database.transaction(() => {
        recall.run({ campaignId, at: now() });
        return cancelPending.run({ campaignId });
      }),
    cancelAccepted: async (messageId, status) => void cancelAccepted.run({ messageId, status }),
    // One statement: all of a million may have been rejected for one reason.
    reopen: async (campaignId, codes) =>
      unlessRecalled(campaignId, () => reopen.run({ campaignId, codes: JSON.stringify(codes) })),
    retryUndelivered: async (campaignId, codes) => unlessRecalled(campaignId, () => retry(campaignId, codes, now())),
  };
}

function retrier(database: Database): (campaignId: string, codes: readonly number[], at: number) => number {
  const read = database.prepare<{ seq: number; id: string; request: string }>(`
    select seq, id, request from messages m where campaign_id = :campaignId and seq > :after and state = 'accepted'
      and status in (${failedInSql}) and code in (select value from json_each(:codes)) and retry_of is null
      and text_kept <> 'gone' and not exists (select 1 from messages r where r.retry_of = m.id)
    order by seq limit ${chunkRows}`);
  const insert = database.prepare(`
    insert into messages (id, campaign_id, line, recipient, sender, request, state, segments, country, unit_price,
      quiet_hours, text_kept, written_at, retry_of)
    select :id, campaign_id, line, recipient, sender, :request, 'pending', segments, country, unit_price, quiet_hours,
      text_kept, :at, id from messages where id = :retryOf`);
  return (campaignId, codes, at) => {
    const prefix = newId();
    let count = 0;
    for (let after = 0; ; ) {
      const rows = read.all({ campaignId, codes: JSON.stringify(codes), after });
      const last = rows.at(-1);
      if (!last) return count;
      const failed = rows.map(({ id, request }) => ({ id, request: JSON.parse(request) as MessageRequest }));
      const tries = secondTries(failed, { prefix, first: count + 1, at });
      insert.runAll(tries.map(({ id, retryOf, request }) => ({ id, retryOf, request: JSON.stringify(request), at })));
      count += rows.length;
      after = last.seq;
    }
  };
}
