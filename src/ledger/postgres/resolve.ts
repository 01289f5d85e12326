import type { Resolution } from '../../core/outcome/after-send.ts';
import type { Ledger } from '../ledger.ts';
import { toUnknown, type UnknownRow } from '../rows.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import { resolveUnknowns } from '../rules/resolve.ts';
import type { Lease } from '../runs.ts';
import type { Connection, Database } from './driver.ts';
import { evidenceOf, outcomeColumns, writeOutcomes } from './outcomes.ts';
import { sql } from './sql.ts';

/** Messages of which no answer came: reading them, and writing what became of them. */
export function resolving({
  read,
  transaction,
}: Database): Pick<Ledger, 'unknowns' | 'takenSids' | 'countOpen' | 'resolve'> {
  return {
    unknowns: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<UnknownRow>(sql`select id, request, claimed_at, clock_ahead_ms from messages
          where campaign_id = ${campaignId} and state = 'unknown' order by seq`);
        return rows.map(toUnknown);
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
    resolve: (lease, resolutions) => {
      const sids = resolutions.flatMap(({ change }) => change.sid ?? []);
      return transaction(
        [
          { kind: 'campaign', keys: [lease.campaignId], isShared: true },
          { kind: 'sid', keys: sids, isShared: true },
        ],
        (connection) => resolve(connection, lease, resolutions),
      );
    },
  };
}

async function resolve(
  connection: Connection,
  { campaignId, owner }: Lease,
  resolutions: readonly Resolution[],
): Promise<void> {
  const ids = resolutions.map(({ messageId }) => messageId);
  const sids = resolutions.flatMap(({ change }) => change.sid ?? []);
  // The rows first: who takes a callback in meanwhile waits for them, or was first and is seen.
  const [run, rows, evidence] = await Promise.all([
    connection.get<{ isRecalled: boolean }>(sql`select c.recalled_at is not null as "isRecalled"
      from campaigns c join leases l on l.campaign_id = c.id where c.id = ${campaignId} and l.owner = ${owner}`),
    connection.all<OutcomeRow>(sql`select ${outcomeColumns} from messages m
      where m.id = any(${ids}) and m.state = 'unknown' order by m.seq for no key update`),
    evidenceOf(connection, sids, () => ids),
  ]);
  if (!run) return;
  const byId = new Map(rows.map((row) => [row.id, row]));
  await writeOutcomes(connection, resolveUnknowns(resolutions, { ...evidence, ...run, rows: byId }));
}
