import type { StatusUpdate } from '../../core/outcome/delivery.ts';
import { statusEvent } from '../../core/outcome/event.ts';
import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import type { TrackedMessage } from '../receipts.ts';
import type { Connection, Database } from './driver.ts';
import { keepEvents } from './events.ts';
import { mergeReceipts, proveSent, receiptsOf } from './receipts.ts';
import { finalStatuses, undelivered } from './rows.ts';
import { json, sql } from './sql.ts';

type Delivery = Pick<
  Ledger,
  'receive' | 'receipts' | 'undelivered' | 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'
>;

interface TrackedRow {
  readonly sid: string;
  readonly account: string | null;
  readonly claimed_at: number;
}

/** What became of messages after Twilio took them. */
export function postgresDelivery({ read, transaction }: Database): Delivery {
  return {
    receive: (updates, passOn = false) =>
      transaction([{ kind: 'sid', keys: updates.map(({ sid }) => sid) }], (connection) =>
        receive(connection, updates, passOn),
      ),
    receipts: (sid) => read((connection) => receiptsOf(connection, [sid])),
    failures: (campaignId) =>
      read((connection) =>
        connection.all<Failure>(sql`select code, coalesce(country, 'unknown') as country, count(*) as messages
          from messages where campaign_id = ${campaignId} and state = 'accepted' and status = any(${undelivered})
          group by 1, 2 order by 3 desc, 1 nulls first, 2`),
      ),
    timeline: (campaignId, stepMs) =>
      read((connection) =>
        connection.all<TimelinePoint>(sql`
          select e.at / ${stepMs}::bigint * ${stepMs}::bigint as at, e.status, count(distinct e.sid) as messages
          from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} group by 1, 2 order by 1, 2`),
      ),
    byCountry: (campaignId) =>
      read((connection) =>
        connection.all<CountryDelivery>(sql`
          select coalesce(country, 'unknown') as country, count(*) as messages,
            count(*) filter (where status in ('delivered', 'read')) as delivered
          from messages where campaign_id = ${campaignId} and state = 'accepted' group by 1 order by 2 desc, 1`),
      ),
    deliveryTimes: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<{ ms: number }>(sql`
          select greatest(0, min(e.at) - min(m.claimed_at)) as ms from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} and e.status in ('delivered', 'read') group by m.sid`);
        return rows.map(({ ms }) => ms);
      }),
    undelivered: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<TrackedRow>(sql`
          select sid, request ->> 'accountSid' as account, claimed_at from messages
          where campaign_id = ${campaignId} and state = 'accepted' and sid is not null
            and (status is null or status <> all(${finalStatuses})) order by seq`);
        return rows.map(
          ({ sid, account, claimed_at: claimedAt }): TrackedMessage => ({
            sid,
            claimedAt,
            ...(account !== null && { accountSid: account }),
          }),
        );
      }),
  };
}

const keyOf = ({ sid, status, code = 0 }: Pick<StatusUpdate, 'sid' | 'status' | 'code'>): string =>
  `${sid} ${status} ${code}`;

/** Writes receipts at the gate of their SIDs: a result that gives a message its SID at the same time waits, or was first. */
async function receive(connection: Connection, updates: readonly StatusUpdate[], passOn: boolean): Promise<number> {
  const told = json(updates.map((update, i) => ({ ...update, code: update.code ?? 0, i })));
  const table = sql`json_to_recordset(${told}) as r (sid text, status text, code bigint, source text, at bigint,
    "messageId" text, i int)`;
  const added = await connection.all<{ sid: string; status: string; code: number }>(sql`
    insert into status_events (sid, status, code, source, at, message_id)
    select sid, status, code, source, at, "messageId" from ${table} order by i
    on conflict do nothing returning sid, status, code`);
  if (passOn) await passOnOf(connection, updates);
  await proveReported(connection, updates);
  const known = await mergeReceipts(connection, updates);
  const news = new Set(added.map(keyOf));
  return updates.filter((update) => known.has(update.sid) && news.delete(keyOf(update))).length;
}

/** Puts into the queue what is not there yet: what a poll has told before is news to whom it is passed on to. */
async function passOnOf(connection: Connection, updates: readonly StatusUpdate[]): Promise<void> {
  const queued = await connection.all<{ sid: string; status: string; code: number }>(sql`
    update status_events e set is_queued = true
    from (select distinct sid, status, code from unnest(${updates.map(({ sid }) => sid)}::text[],
      ${updates.map(({ status }) => status)}::text[], ${updates.map(({ code = 0 }) => code)}::bigint[]) u (sid, status, code)) r
    where e.sid = r.sid and e.status = r.status and e.code = r.code and not e.is_queued
    returning e.sid, e.status, e.code`);
  const open = new Set(queued.map(keyOf));
  await keepEvents(connection, updates.filter((update) => open.delete(keyOf(update))).map(statusEvent));
}

async function proveReported(connection: Connection, updates: readonly StatusUpdate[]): Promise<void> {
  const ids = [...new Set(updates.flatMap(({ messageId }) => messageId ?? []))];
  if (ids.length === 0) return;
  // Who is writing what became of one of these right now ends first, or finds these receipts.
  await connection.all(sql`select 1 from messages where id = any(${ids}) order by seq for no key update`);
  await proveSent(connection, ids);
}
