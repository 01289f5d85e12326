import type { Resolution } from '../../core/outcome/after-send.ts';
import type { UnknownMessage } from '../../core/outcome/match-unknowns.ts';
import type { Ledger } from '../ledger.ts';
import type { Lease } from '../runs.ts';
import type { Connection, Database } from './driver.ts';
import { proveSent } from './receipts.ts';
import { json, sql } from './sql.ts';

interface UnknownRow {
  readonly id: string;
  readonly request: string;
  readonly claimed_at: number;
  readonly clock_ahead_ms: number | null;
}

/** Finding out what became of messages of which no answer came. */
export function resolving({
  read,
  transaction,
}: Database): Pick<Ledger, 'unknowns' | 'takenSids' | 'countOpen' | 'resolve'> {
  return {
    unknowns: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<UnknownRow>(sql`select id, request, claimed_at, clock_ahead_ms from messages
          where campaign_id = ${campaignId} and state = 'unknown' order by seq`);
        return rows.map(
          ({ id, request, claimed_at: claimedAt, clock_ahead_ms: clockAheadMs }): UnknownMessage => ({
            ...{ id, request: JSON.parse(request), claimedAt },
            ...(clockAheadMs !== null && { clockAheadMs }),
          }),
        );
      }),
    takenSids: (sids) =>
      read(async (connection) => {
        const rows = await connection.all<{ sid: string }>(sql`select sid from messages where sid = any(${sids})`);
        return new Set(rows.map(({ sid }) => sid));
      }),
    countOpen: (to, except) =>
      read(async (connection) => {
        const found = await connection.get<{ n: number }>(sql`select count(*) as n from messages
          where recipient = ${to} and state in ('claimed', 'unknown') and id <> all(${except})`);
        return found?.n ?? 0;
      }),
    resolve: (lease, changes) =>
      transaction([{ kind: 'campaign', keys: [lease.campaignId], isShared: true }], (connection) =>
        resolve(connection, lease, changes),
      ),
  };
}

async function resolve(
  connection: Connection,
  { campaignId, owner }: Lease,
  changes: readonly Resolution[],
): Promise<void> {
  const run = await connection.get<{ isRecalled: boolean }>(sql`select c.recalled_at is not null as "isRecalled"
    from campaigns c join leases l on l.campaign_id = c.id where c.id = ${campaignId} and l.owner = ${owner}`);
  if (!run) return;
  const used = new Set<string>();
  const written = changes.filter(({ change: { state, sid } }) => {
    if (state === 'pending' && run.isRecalled) return false;
    if (sid === undefined) return true;
    // One SID is one message.
    const isFree = !used.has(sid);
    used.add(sid);
    return isFree;
  });
  const rows = json(written.map(({ messageId, change }) => ({ id: messageId, ...change })));
  await connection.run(sql`
    update messages m set state = r.state, sid = r.sid, status = coalesce(r.status, m.status), reason = r.reason, due_at = 0
    from json_to_recordset(${rows}) as r (id text, state text, sid text, status text, reason text)
    where m.id = r.id and m.state = 'unknown' and not exists (select 1 from messages o where o.sid = r.sid)`);
  // It may have been reported since it was looked for.
  await proveSent(
    connection,
    written.filter(({ change }) => change.state === 'pending').map(({ messageId }) => messageId),
  );
}
