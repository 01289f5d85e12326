import { afterReceipt, type Delivery, type StatusUpdate } from '../../core/outcome/delivery.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import type { OptOut } from '../consent.ts';
import type { Connection } from './driver.ts';
import { addOptOuts } from './opt-outs.ts';
import { json, sql } from './sql.ts';

interface AcceptedRow {
  readonly sid: string;
  readonly status: string | null;
  readonly code: number | null;
  readonly recipient: string;
  readonly sender: string;
}

/**
 * Merges receipts, in their order, into their messages, and suppresses who is out of reach for good; for use inside a
 * transaction. Returns the SIDs of which there is a message.
 */
export async function mergeReceipts(
  connection: Connection,
  updates: readonly StatusUpdate[],
): Promise<ReadonlySet<string>> {
  const rows = await connection.all<AcceptedRow>(sql`select sid, status, code, recipient, sender from messages
    where sid = any(${updates.map(({ sid }) => sid)}) and state = 'accepted' order by seq for no key update`);
  const known = new Map(rows.map((row) => [row.sid, row]));
  const merged = new Map<string, Delivery & Pick<StatusUpdate, 'price' | 'segments'>>();
  const optOuts: OptOut[] = [];
  for (const update of updates) {
    const row = known.get(update.sid);
    if (!row) continue;
    const before = merged.get(row.sid) ?? { status: row.status ?? undefined, code: row.code ?? undefined };
    const { status, code, suppress } = afterReceipt(before, update);
    const { price, segments } = update;
    merged.set(row.sid, {
      ...before,
      status,
      code,
      ...(price !== undefined && { price }),
      ...(segments !== undefined && { segments }),
    });
    // Of a purged message nobody knows any more whom it went to.
    if (suppress && !row.recipient.startsWith(pseudonymPrefix)) {
      optOuts.push({ address: row.recipient, sender: row.sender, source: String(code), at: update.at });
    }
  }
  const written = [...merged].map(([sid, change]) => ({ sid, ...change }));
  if (written.length > 0) {
    await connection.run(sql`update messages m set status = r.status, code = r.code,
        price = coalesce(r.price, m.price), segments = coalesce(r.segments, m.segments)
      from json_to_recordset(${json(written)}) as r (sid text, status text, code bigint, price double precision, segments int)
      where m.sid = r.sid`);
  }
  await addOptOuts(connection, optOuts);
  return new Set(known.keys());
}

type EventRow = Required<Pick<StatusUpdate, 'sid' | 'status' | 'code' | 'source' | 'at'>>;

/** Every receipt of these messages, in the order they were heard. */
export async function receiptsOf(connection: Connection, sids: readonly string[]): Promise<readonly StatusUpdate[]> {
  const rows = await connection.all<EventRow>(sql`select sid, status, code, source, at from status_events
    where sid = any(${sids}) order by at, sid, status, code`);
  return rows.map(({ code, ...event }) => ({ ...event, ...(code !== 0 && { code }) }));
}

/**
 * Settles messages by callbacks that carry their id: those of which no answer came, also when they are to be sent
 * again. What is claimed is left to the answer that is still to come, or to the run that takes over.
 */
export async function proveSent(connection: Connection, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  const proved = await connection.all<{ sid: string }>(sql`
    update messages m set state = 'accepted', reason = null, sid = told.sid
    from (select distinct on (sid) message_id, sid
      from (select message_id, min(sid) as sid from status_events where message_id = any(${messageIds}) group by 1) first
      order by sid, message_id) told
    where m.id = told.message_id and (m.state = 'unknown' or m.state = 'pending' and m.attempts > 0) and not exists (
      select 1 from messages o join status_events e on e.sid = o.sid where e.message_id = m.id)
    returning m.sid`);
  if (proved.length === 0) return;
  await mergeReceipts(
    connection,
    await receiptsOf(
      connection,
      proved.map(({ sid }) => sid),
    ),
  );
}
