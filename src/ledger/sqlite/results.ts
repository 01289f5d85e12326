import type { AttemptRecord } from '../../core/outcome/after-send.ts';
import { type ClaimedRow, recordResults } from '../rules/record.ts';
import type { Lease } from '../runs.ts';
import { earlyReceipts, proof } from './delivery.ts';
import type { Database } from './driver.ts';
import { optOutAdder } from './opt-outs.ts';
import { paces } from './paces.ts';

interface ResultRow extends ClaimedRow {
  readonly recipient: string;
  readonly sender: string;
}

/** Writes the results of one run in sets; for use inside a transaction. `now`: the ledger's clock, in milliseconds since 1970. */
export function resultWriter(
  database: Database,
  now: () => number,
): (lease: Lease, all: readonly AttemptRecord[]) => void {
  const claimed = database.prepare<ResultRow>(`
    select m.id, m.segments, m.unit_price as unitPrice, m.recipient, m.sender
    from json_each(:results) r join messages m on m.id = r.value ->> 'messageId'
    where m.owner = :owner and m.attempts = r.value ->> 'attempt' and m.state = 'claimed'`);
  const owners = database.prepare<{ sid: string; id: string }>(
    'select sid, id from messages where sid in (select value from json_each(:sids))',
  );
  const campaign = database.prepare<{ recalled_at: number | null }>(
    'select recalled_at from campaigns where id = :campaignId',
  );
  const write = database.prepare(`
    update messages set state = r.state, sid = coalesce(r.sid, messages.sid), status = coalesce(r.status, messages.status),
      code = r.code, reason = r.reason, segments = coalesce(r.segments, messages.segments), due_at = coalesce(r.due_at, 0)
    from (select value ->> '$.messageId' as id, value ->> '$.change.state' as state, value ->> '$.change.sid' as sid,
      value ->> '$.change.status' as status, value ->> '$.change.code' as code, value ->> '$.change.reason' as reason,
      value ->> '$.change.segments' as segments, value ->> '$.change.dueAt' as due_at from json_each(:results)) r
    where messages.id = r.id`);
  const spend = database.prepare(
    'update campaigns set spent = spent + :spentMore where id = :campaignId and max_cost is not null',
  );
  const early = database.prepare<{ sid: string }>(
    'select distinct sid from status_events where sid in (select value from json_each(:sids))',
  );
  const reported = database.prepare<{ id: string }>(`select distinct message_id as id from status_events
    where message_id in (select value from json_each(:ids))`);
  const mergeEarly = earlyReceipts(database);
  const proveSent = proof(database);
  const addOptOut = optOutAdder(database);
  const { pause } = paces(database);

  return ({ campaignId, owner }, all) => {
    const rows = new Map(claimed.all({ owner, results: JSON.stringify(all) }).map((row) => [row.id, row]));
    const sids = JSON.stringify(all.flatMap(({ change }) => change.sid ?? []));
    const { results, spentMore } = recordResults(all, {
      rows,
      owners: new Map(owners.all({ sids }).map(({ sid, id }) => [sid, id])),
      isRecalled: (campaign.get({ campaignId })?.recalled_at ?? null) !== null,
    });
    if (results.length === 0) return;
    write.run({ results: JSON.stringify(results) });
    if (spentMore !== 0) spend.run({ campaignId, spentMore });
    for (const { sid } of early.all({ sids })) mergeEarly(sid);
    // A callback may have come before the answer was given up.
    const open = results.filter(({ change }) => change.state === 'unknown' || change.state === 'pending');
    const ids = JSON.stringify(open.map(({ messageId }) => messageId));
    if (open.length > 0) for (const { id } of reported.all({ ids })) proveSent(id);
    pause(
      results.flatMap(({ messageId, change: { pauseSenderMs } }) => {
        const sender = rows.get(messageId)?.sender;
        return pauseSenderMs === undefined || sender === undefined
          ? []
          : [{ sender, pausedUntil: now() + pauseSenderMs }];
      }),
    );
    for (const { messageId, change } of results) {
      const row = rows.get(messageId);
      if (change.suppress && row)
        addOptOut({ address: row.recipient, sender: row.sender, source: String(change.code), at: now() });
    }
  };
}
