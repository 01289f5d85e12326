import type { StatusUpdate } from '../../core/outcome/delivery.ts';
import type { Receipts } from '../receipts.ts';
import { acceptedColumns, finalInSql, type TrackedRow, toTracked } from '../rows.ts';
import { mayBeConfirmed } from '../rules/confirm.ts';
import { type AcceptedRow, type KeptReceipt, receive } from '../rules/receive.ts';
import type { Database } from './driver.ts';
import { eventKeeper } from './events.ts';
import { deliveryWriter, outcomeReader, outcomeWriter } from './outcomes.ts';

/** What Twilio reports about messages it has taken. */
export function sqliteReceipts(database: Database): Receipts {
  const receiveIn = receiver(database);
  const { receiptsOf } = outcomeReader(database);
  const open = database.prepare<TrackedRow>(`
    select sid, request ->> 'accountSid' as account, claimed_at from messages
    where campaign_id = :campaignId and state = 'accepted' and sid is not null
      and (status is null or status not in (${finalInSql})) order by seq`);
  return {
    receive: async (updates, passOn = false) => database.transaction(() => receiveIn(updates, passOn)),
    receipts: async (sid) => receiptsOf([sid]).map(({ isQueued, ...update }): StatusUpdate => update),
    undelivered: async (campaignId) => open.all({ campaignId }).map(toTracked),
  };
}

/** Takes receipts in, in sets; for use inside a transaction. */
function receiver(database: Database): (updates: readonly StatusUpdate[], passOn: boolean) => number {
  const readKnown = knownReader(database);
  const { ofIds, ownersOf, receiptsOf, sidsOf } = outcomeReader(database);
  const keep = receiptKeeper(database);
  const keepEvents = eventKeeper(database);
  const writeOutcomes = outcomeWriter(database);
  const writeDeliveries = deliveryWriter(database);

  const toldOf = (ids: readonly string[], updates: readonly StatusUpdate[]) => {
    const sids = [...sidsOf(ids), ...updates.flatMap(({ sid, messageId }) => (messageId === undefined ? [] : sid))];
    return { receipts: receiptsOf(sids), owners: ownersOf(sids) };
  };
  return (updates, passOn) => {
    const { kept, accepted, ids } = readKnown(updates);
    // Most callbacks are about a message whose SID is known: it is looked up once.
    const unconfirmed = ofIds(openIds(updates, ids)).filter(mayBeConfirmed);
    const told =
      unconfirmed.length === 0
        ? nothingTold
        : toldOf(
            unconfirmed.map(({ id }) => id),
            updates,
          );
    const received = receive(updates, { passOn, kept, accepted, unconfirmed, told });
    keep(received.receipts);
    keepEvents(received.events);
    writeOutcomes(received);
    writeDeliveries(received.deliveries);
    return received.news;
  };
}

const nothingTold = { receipts: [], owners: new Map<string, string>() };

/** The ids of ours that receipts carry and that are not those of the messages that have their SIDs. */
function openIds(updates: readonly StatusUpdate[], known: ReadonlySet<string>): readonly string[] {
  return updates.flatMap(({ messageId }) => (messageId === undefined || known.has(messageId) ? [] : messageId));
}

interface KnownRow extends AcceptedRow {
  readonly key: number;
  readonly id: string | null;
  /** Null: there is no such receipt. */
  readonly isQueued: number | null;
}

/** Reads, in one statement, which receipts there are already and the accepted messages that they are about. */
function knownReader(database: Database) {
  const read = database.prepare<KnownRow>(`
    select r.key, m.id, ${acceptedColumns}, e.is_queued as isQueued from json_each(:rows) r
    left join messages m on m.sid = r.value ->> 0 and m.state = 'accepted'
    left join status_events e on e.sid = r.value ->> 0 and e.status = r.value ->> 1 and e.code = r.value ->> 2`);
  return (updates: readonly StatusUpdate[]) => {
    const asked = updates.map(({ sid, status, code = 0 }) => [sid, status, code]);
    const rows = read.all({ rows: JSON.stringify(asked) });
    const kept: KeptReceipt[] = [];
    for (const { key, isQueued } of rows) {
      const update = updates[key];
      if (isQueued !== null && update) kept.push({ ...update, isQueued: isQueued === 1 });
    }
    const accepted = rows.filter(({ id }) => id !== null);
    return { kept, accepted, ids: new Set(accepted.map(({ id }) => id ?? '')) };
  };
}

function receiptKeeper(database: Database): (receipts: readonly KeptReceipt[]) => void {
  // One that is there stays as it was first heard.
  const write = database.prepare(`insert into status_events (sid, status, code, source, at, message_id, is_queued)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
    from json_each(:rows) where true on conflict do update set is_queued = excluded.is_queued`);
  return (receipts) => {
    if (receipts.length === 0) return;
    const rows = receipts.map(({ sid, status, code = 0, source, at, messageId = null, isQueued }) => [
      ...[sid, status, code, source, at, messageId, isQueued ? 1 : 0],
    ]);
    write.run({ rows: JSON.stringify(rows) });
  };
}
