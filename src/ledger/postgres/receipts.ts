import type { StatusUpdate } from '../../core/outcome/receipt.ts';
import type { Receipts } from '../receipts.ts';
import { finalInSql, type ReceiptRow, receiptColumns, type TrackedRow, toReceipt, toTracked } from '../rows.ts';
import { mayBeConfirmed } from '../rules/confirm.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import { type AcceptedRow, type KeptReceipt, openIds, receive } from '../rules/receive.ts';
import type { Connection, Database } from './driver.ts';
import { keepEvents } from './events.ts';
import { outcomeColumns, ownersOf, receiptsOf, sidsOf, writeDeliveries, writeOutcomes } from './outcomes.ts';
import { json, raw, type Sql, sql } from './sql.ts';

/** What Twilio reports about messages it has taken. */
export function postgresReceipts({ read, transaction }: Database): Receipts {
  return {
    // At the gate of their SIDs: a result that gives a message its SID at the same time waits, or was first.
    receive: (updates, passOn = false) =>
      transaction([{ kind: 'sid', keys: updates.map(({ sid }) => sid) }], (connection) =>
        receiveIn(connection, updates, passOn),
      ),
    receipts: (sid) =>
      read(async (connection) => {
        const kept = await receiptsOf(connection, [sid]);
        return kept.map(({ isQueued, ...update }): StatusUpdate => update);
      }),
    undelivered: (campaignId, sid) =>
      read(async (connection) => {
        const meant = sid === undefined ? sql`sid is not null` : sql`sid = ${sid}`;
        const rows = await connection.all<TrackedRow>(sql`
          select sid, request ->> 'accountSid' as account, claimed_at from messages
          where campaign_id = ${campaignId} and state = 'accepted' and ${meant}
            and (status is null or status not in (${raw(finalInSql)})) order by seq`);
        return rows.map(toTracked);
      }),
  };
}

/** Takes receipts in, in sets; for use inside a transaction. */
async function receiveIn(connection: Connection, updates: readonly StatusUpdate[], passOn: boolean): Promise<number> {
  const [accepted, kept] = await Promise.all([lockAccepted(connection, updates), sameAs(connection, updates)]);
  const ids = openIds(updates, accepted);
  const unconfirmed = ids.length === 0 ? [] : (await lockRows(connection, ids)).filter(mayBeConfirmed);
  const reported = unconfirmed.length === 0 ? nothingReported : await reportedOf(connection, unconfirmed, updates);
  const received = receive(updates, { passOn, kept, accepted, unconfirmed, reported });
  await Promise.all([
    keepReceipts(connection, received.receipts),
    queue(connection, received.queued),
    keepEvents(connection, received.events),
    writeOutcomes(connection, received),
    writeDeliveries(connection, received.deliveries),
  ]);
  return received.news;
}

const nothingReported = { receipts: [], owners: new Map<string, string>() };

/** What was reported of the SIDs that callbacks with the ids of these messages have named, and whose those are. */
async function reportedOf(connection: Connection, rows: readonly OutcomeRow[], updates: readonly StatusUpdate[]) {
  const named = await sidsOf(
    connection,
    rows.map(({ id }) => id),
  );
  const sids = [...named, ...updates.flatMap(({ sid, messageId }) => (messageId === undefined ? [] : sid))];
  const [receipts, owners] = await Promise.all([receiptsOf(connection, sids), ownersOf(connection, sids)]);
  return { receipts, owners };
}

function lockAccepted(connection: Connection, updates: readonly StatusUpdate[]): Promise<readonly AcceptedRow[]> {
  return connection.all(sql`select m.id, m.sid, m.status, m.code, m.price, m.segments, m.recipient, m.sender
    from messages m where m.sid = any(${updates.map(({ sid }) => sid)}) and m.state = 'accepted'
    order by m.seq for no key update`);
}

/** Locked: who is writing what became of one of these right now ends first, or finds the receipts. */
function lockRows(connection: Connection, ids: readonly string[]): Promise<readonly OutcomeRow[]> {
  return connection.all(sql`select ${outcomeColumns} from messages m where m.id = any(${ids})
    order by m.seq for no key update`);
}

async function sameAs(connection: Connection, updates: readonly StatusUpdate[]): Promise<readonly KeptReceipt[]> {
  const rows = await connection.all<ReceiptRow>(sql`select ${raw(receiptColumns)} from status_events e
    where ${oneOf(updates)}`);
  return rows.map(toReceipt);
}

async function keepReceipts(connection: Connection, receipts: readonly KeptReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const rows = json(receipts.map((receipt) => ({ ...receipt, code: receipt.code ?? 0 })));
  await connection.run(sql`insert into status_events (sid, status, code, source, at, message_id, is_queued)
    select sid, status, code, source, at, "messageId", "isQueued"
    from json_to_recordset(${rows}) as r (sid text, status text, code bigint, source text, at bigint, "messageId" text,
      "isQueued" boolean)
    order by sid, status, code`);
}

async function queue(connection: Connection, receipts: readonly StatusUpdate[]): Promise<void> {
  if (receipts.length === 0) return;
  await connection.run(sql`update status_events e set is_queued = true where ${oneOf(receipts)}`);
}

/** True of a receipt, called `e`, that is the same as one of these: of one message, status and code. */
const oneOf = (receipts: readonly StatusUpdate[]): Sql =>
  sql`(e.sid, e.status, e.code) in (select * from unnest(${receipts.map(({ sid }) => sid)}::text[],
    ${receipts.map(({ status }) => status)}::text[], ${receipts.map(({ code = 0 }) => code)}::bigint[]))`;
