import { outcomeColumns, type ReceiptRow, receiptColumns, toReceipt } from '../rows.ts';
import type { Evidence } from '../rules/confirm.ts';
import type { OutcomeRow, Outcomes } from '../rules/outcome.ts';
import { receiptIndex } from '../rules/receipts.ts';
import type { KeptReceipt, NewStanding } from '../rules/receive.ts';
import type { Database } from './driver.ts';
import { optOutAdder } from './opt-outs.ts';

/** Reads what became of messages, and what was reported of them; for use inside a transaction. */
export function outcomeReader(database: Database) {
  // A cross join: the few that are asked for are looked up in the index.
  const ofSids = database.prepare<ReceiptRow>(`select ${receiptColumns} from json_each(:sids) s
    cross join status_events e on e.sid = s.value order by e.at, e.sid`);
  const named = database.prepare<{ sid: string }>(`select distinct e.sid from json_each(:ids) i
    cross join status_events e on e.message_id = i.value`);
  const owners = database.prepare<{ sid: string; id: string }>(`select m.sid, m.id from json_each(:sids) s
    cross join messages m on m.sid = s.value`);
  const byId = database.prepare<OutcomeRow>(`select ${outcomeColumns} from json_each(:ids) i
    cross join messages m on m.id = i.value`);

  const receiptsOf = (sids: readonly string[]): readonly KeptReceipt[] =>
    sids.length === 0 ? [] : ofSids.all({ sids: JSON.stringify([...new Set(sids)]) }).map(toReceipt);
  const ownersOf = (sids: readonly string[]): ReadonlyMap<string, string> =>
    new Map(sids.length === 0 ? [] : owners.all({ sids: JSON.stringify(sids) }).map(({ sid, id }) => [sid, id]));
  const sidsOf = (ids: readonly string[]): readonly string[] =>
    ids.length === 0 ? [] : named.all({ ids: JSON.stringify(ids) }).map(({ sid }) => sid);
  return {
    /** Receipts of these SIDs, in the order in which they were heard. */
    receiptsOf,
    /** The SIDs that callbacks with these ids of ours have named. */
    sidsOf,
    ownersOf,
    /** The messages with these ids of ours. */
    ofIds: (ids: readonly string[]): readonly OutcomeRow[] =>
      ids.length === 0 ? [] : byId.all({ ids: JSON.stringify([...new Set(ids)]) }),
    /** What was reported of these SIDs, and by callbacks with the ids of ours that `confirmable` picks. */
    evidenceOf: (sids: readonly string[], confirmable: (owners: Evidence['owners']) => readonly string[]): Evidence => {
      const known = ownersOf(sids);
      const namedSids = sidsOf(confirmable(known));
      return {
        receipts: receiptIndex(receiptsOf([...sids, ...namedSids])),
        owners: namedSids.length === 0 ? known : new Map([...known, ...ownersOf(namedSids)]),
      };
    },
  };
}

/** Writes what a rule made of messages; for use inside a transaction. */
export function outcomeWriter(database: Database): (outcomes: Outcomes) => void {
  const write = database.prepare(`update messages set state = :state, sid = :sid, status = :status, code = :code,
    reason = :reason, segments = :segments, price = :price, due_at = :dueAt where id = :id`);
  const addOptOuts = optOutAdder(database);
  return ({ outcomes, optOuts }) => {
    write.runAll(outcomes.map((outcome) => ({ ...outcome })));
    addOptOuts(optOuts);
  };
}

/** Writes how accepted messages stand; for use inside a transaction. */
export function deliveryWriter(database: Database): (deliveries: readonly NewStanding[]) => void {
  const write = database.prepare(
    'update messages set status = :status, code = :code, price = :price, segments = :segments where id = :id',
  );
  return (deliveries) => void write.runAll(deliveries.map((delivery) => ({ ...delivery })));
}
