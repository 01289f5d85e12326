import { outcomeColumns as columns, type ReceiptRow, receiptColumns, toReceipt } from '../rows.ts';
import type { Evidence } from '../rules/confirm.ts';
import type { Outcome, Outcomes } from '../rules/outcome.ts';
import { receiptIndex } from '../rules/receipts.ts';
import type { KeptReceipt, NewStanding } from '../rules/receive.ts';
import type { Connection } from './driver.ts';
import { addOptOuts } from './opt-outs.ts';
import { json, raw, sql } from './sql.ts';

/** The columns of an `OutcomeRow`, of the table that is called `m`. */
export const outcomeColumns = raw(columns);

/** Receipts of these SIDs, in the order in which they were heard. */
export async function receiptsOf(connection: Connection, sids: readonly string[]): Promise<readonly KeptReceipt[]> {
  if (sids.length === 0) return [];
  const rows = await connection.all<ReceiptRow>(sql`select ${raw(receiptColumns)} from status_events e
    where e.sid = any(${sids}) order by e.at, e.sid, e.status, e.code`);
  return rows.map(toReceipt);
}

/** The SIDs that callbacks with these ids of ours have named. */
export async function sidsOf(connection: Connection, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await connection.all<{ sid: string }>(
    sql`select distinct sid from status_events where message_id = any(${ids})`,
  );
  return rows.map(({ sid }) => sid);
}

/** Which message each of these SIDs belongs to. */
export async function ownersOf(connection: Connection, sids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (sids.length === 0) return new Map();
  const rows = await connection.all<{ sid: string; id: string }>(
    sql`select sid, id from messages where sid = any(${sids})`,
  );
  return new Map(rows.map(({ sid, id }) => [sid, id]));
}

/**
 * What was reported of these SIDs, and by callbacks with the ids of ours that `confirmable` picks; for use inside a
 * transaction that has locked what it is about.
 */
export async function evidenceOf(
  connection: Connection,
  sids: readonly string[],
  confirmable: (owners: Evidence['owners']) => readonly string[],
): Promise<Evidence> {
  const [receipts, owners] = await Promise.all([receiptsOf(connection, sids), ownersOf(connection, sids)]);
  const namedSids = await sidsOf(connection, confirmable(owners));
  if (namedSids.length === 0) return { receipts: receiptIndex(receipts), owners };
  const all = [...sids, ...namedSids];
  const [heard, known] = await Promise.all([receiptsOf(connection, all), ownersOf(connection, all)]);
  return { receipts: receiptIndex(heard), owners: known };
}

/** Writes what a rule made of messages; for use inside a transaction. */
export async function writeOutcomes(connection: Connection, { outcomes, optOuts }: Outcomes): Promise<void> {
  const writing =
    outcomes.length > 0 &&
    connection.run(sql`
      update messages m set state = r.state, sid = r.sid, status = r.status, code = r.code, reason = r.reason,
        segments = r.segments, price = r.price, due_at = r."dueAt"
      from json_to_recordset(${json(outcomes.map(writtenOf))}) as r (id text, state text, sid text, status text,
        code bigint, reason text, segments int, price double precision, "dueAt" bigint)
      where m.id = r.id`);
  await Promise.all([writing, addOptOuts(connection, optOuts)]);
}

const writtenOf = ({ id, state, sid, status, code, reason, segments, price, dueAt }: Outcome) => ({
  ...{ id, state, sid, status, code, reason, segments, price, dueAt },
});

/** Writes how accepted messages stand; for use inside a transaction. */
export async function writeDeliveries(connection: Connection, deliveries: readonly NewStanding[]): Promise<void> {
  if (deliveries.length === 0) return;
  await connection.run(sql`
    update messages m set status = r.status, code = r.code, price = r.price, segments = r.segments
    from json_to_recordset(${json(deliveries)})
      as r (id text, status text, code bigint, price double precision, segments int)
    where m.id = r.id`);
}
