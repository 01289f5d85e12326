import type { MessageRequest } from '../../core/message.ts';
import { newId } from '../ids.ts';
import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import { type SecondTry, secondTries } from '../rules/second-tries.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import type { Gate } from './gates.ts';
import { json, raw, type Sql, sql } from './sql.ts';

type Changes = Pick<Ledger, 'reopen' | 'retryUndelivered' | 'cancelPending' | 'cancelAccepted'>;

/** How many second tries are made at a time. */
const chunkRows = 2000;

/** True of a campaign that was not called back: else nothing of it is sent again. */
const isNotRecalled = (campaignId: string): Sql =>
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
          where campaign_id = ${campaignId} and state = 'rejected' and text_kept <> 'gone' and ${isNotRecalled(campaignId)}
            and code = any(${codes}::bigint[])`),
      ),
    retryUndelivered: (campaignId, codes) => {
      const prefix = newId();
      return transaction(alone(campaignId), async (connection) => {
        const now = await connection.get<{ at: number }>(sql`select ${clock()} as at`);
        return retry(connection, { campaignId, codes, prefix, at: now?.at ?? 0 });
      });
    },
  };
}

interface Retrying {
  readonly campaignId: string;
  readonly codes: readonly number[];
  /** What the ids of the second tries begin with. */
  readonly prefix: string;
  readonly at: number;
}

async function retry(connection: Connection, { campaignId, codes, prefix, at }: Retrying): Promise<number> {
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await connection.all<{ seq: number; id: string; request: string }>(sql`
      select seq, id, request from messages m where campaign_id = ${campaignId} and seq > ${after}::bigint
        and state = 'accepted' and status in (${raw(failedInSql)}) and ${isNotRecalled(campaignId)}
        and code = any(${codes}::bigint[]) and retry_of is null and text_kept <> 'gone'
        and not exists (select 1 from messages r where r.retry_of = m.id)
      order by seq limit ${chunkRows} for no key update`);
    const last = rows.at(-1);
    if (!last) return count;
    const failed = rows.map(({ id, request }) => ({ id, request: JSON.parse(request) as MessageRequest }));
    await insert(connection, secondTries(failed, { prefix, first: count + 1, at }), at);
    count += rows.length;
    after = last.seq;
  }
}

async function insert(connection: Connection, tries: readonly SecondTry[], at: number): Promise<void> {
  if (tries.length === 0) return;
  await connection.run(sql`
    insert into messages (id, campaign_id, line, recipient, sender, request, state, segments, country, unit_price,
      quiet_hours, text_kept, written_at, retry_of)
    select r.id, m.campaign_id, m.line, m.recipient, m.sender, r.request, 'pending', m.segments, m.country,
      m.unit_price, m.quiet_hours, m.text_kept, ${at}, m.id
    from json_to_recordset(${json(tries)}) as r (id text, "retryOf" text, request json)
    join messages m on m.id = r."retryOf" order by m.seq`);
}
