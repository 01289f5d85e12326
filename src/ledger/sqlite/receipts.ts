import type { StatusUpdate } from '../../core/outcome/receipt.ts';
import type { Receipts } from '../receipts.ts';
import { finalInSql, type TrackedRow, toTracked } from '../rows.ts';
import { mayBeConfirmed } from '../rules/confirm.ts';
import { type AcceptedRow, type KeptReceipt, openIds, type Received, receive } from '../rules/receive.ts';
import { isSettled } from '../statements.ts';
import type { Database } from './driver.ts';
import { eventKeeper } from './events.ts';
import { deliveryWriter, outcomeReader, outcomeWriter } from './outcomes.ts';

/** What Twilio reports about messages it has taken. */
export function sqliteReceipts(database: Database): Receipts {
  const receiveIn = receiver(database);
  const { receiptsOf } = outcomeReader(database);
  const openWhere = (condition: string) =>
    database.prepare<TrackedRow>(`
      select sid, request ->> 'accountSid' as account, claimed_at from messages
      where campaign_id = :campaignId and ${condition} and state = 'accepted'
        and (status is null or status not in (${finalInSql})) order by +seq`);
  const open = openWhere(`${isSettled} and sid is not null`);
  const openOne = openWhere('sid = :sid');
  return {
    receive: async (updates, passOn = false) => database.transaction(() => receiveIn(updates, passOn)),
    receipts: async (sid) => receiptsOf([sid]).map(({ isQueued, ...update }): StatusUpdate => update),
    undelivered: async (campaignId, sid) =>
      (sid === undefined ? open.all({ campaignId }) : openOne.all({ campaignId, sid })).map(toTracked),
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

  const reportedOf = (ids: readonly string[], updates: readonly StatusUpdate[]) => {
    const sids = [...sidsOf(ids), ...updates.flatMap(({ sid, messageId }) => (messageId === undefined ? [] : sid))];
    return { receipts: receiptsOf(sids), owners: ownersOf(sids) };
  };
  return (updates, passOn) => {
    const { kept, accepted } = readKnown(updates);
    const unconfirmed = ofIds(openIds(updates, accepted)).filter(mayBeConfirmed);
    const reported =
      unconfirmed.length === 0
        ? nothingReported
        : reportedOf(
            unconfirmed.map(({ id }) => id),
            updates,
          );
    const received = receive(updates, { passOn, kept, accepted, unconfirmed, reported });
    keep(received);
    keepEvents(received.events);
    writeOutcomes(received);
    writeDeliveries(received.deliveries);
    return received.news;
  };
}

const nothingReported = { receipts: [], owners: new Map<string, string>() };

type KnownRow = [
  ...[key: number, id: string | null, status: string | null, code: number | null, price: number | null],
  ...[segments: number, recipient: string, sender: string, isQueued: number | null],
];

/** Reads, in one statement, which receipts there are already and the accepted messages that they are about. */
function knownReader(database: Database) {
  // One value in place of rows: to make objects of all their columns would cost twice what the search does.
  const read = database.prepare<{ known: string }>(`select json_group_array(json_array(
      r.key, m.id, m.status, m.code, m.price, m.segments, m.recipient, m.sender, e.is_queued)) as known
    from json_each(:rows) r
    left join messages m on m.sid = r.value ->> 0 and m.state = 'accepted'
    left join status_events e on e.sid = r.value ->> 0 and e.status = r.value ->> 1 and e.code = r.value ->> 2`);
  return (updates: readonly StatusUpdate[]) => {
    const found = read.get({ rows: JSON.stringify(updates.map(keyColumns)) })?.known ?? '[]';
    const kept: KeptReceipt[] = [];
    const accepted: AcceptedRow[] = [];
    for (const [key, id, status, code, price, segments, recipient, sender, isQueued] of JSON.parse(
      found,
    ) as KnownRow[]) {
      const update = updates[key];
      if (update === undefined) continue;
      if (isQueued !== null) kept.push({ ...update, isQueued: isQueued === 1 });
      if (id !== null) accepted.push({ sid: update.sid, id, status, code, price, segments, recipient, sender });
    }
    return { kept, accepted };
  };
}

function receiptKeeper(database: Database): (received: Pick<Received, 'receipts' | 'queued'>) => void {
  const insert = database.prepare(`insert into status_events (sid, status, code, source, at, message_id, is_queued)
    values (:sid, :status, :code, :source, :at, :messageId, :isQueued)`);
  const queue = database.prepare(
    'update status_events set is_queued = 1 where sid = :sid and status = :status and code = :code',
  );
  return ({ receipts, queued }) => {
    insert.runAll(
      receipts.map(({ sid, status, code = 0, source, at, messageId = null, isQueued }) => ({
        ...{ sid, status, code, source, at, messageId, isQueued: isQueued ? 1 : 0 },
      })),
    );
    queue.runAll(queued.map(({ sid, status, code = 0 }) => ({ sid, status, code })));
  };
}

const keyColumns = ({ sid, status, code = 0 }: StatusUpdate) => [sid, status, code];
