import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Ledger } from '../ledger.ts';
import { namespaceOf, processOf } from '../process.ts';
import { runDied } from '../rules/abandoned.ts';
import { confirmAll } from '../rules/confirm.ts';
import { inTheWay, isHeld, leaseMs } from '../rules/lease.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import type { Holder } from '../runs.ts';
import { spentSoFar } from '../statements.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { evidenceOf, outcomeColumns, writeOutcomes } from './outcomes.ts';
import { named, raw, sql } from './sql.ts';

interface LeaseRow {
  readonly owner: string;
  readonly isShared: boolean;
  readonly host: string;
  readonly pid: number;
  readonly process: string | null;
  readonly expires_at: number;
  readonly at: number;
}

/** Who may claim and record of a campaign: one run, or several that share it. */
export function postgresLeases(database: Database, clock: Clock): Pick<Ledger, 'acquire' | 'renew' | 'release'> {
  const until = () => sql`${clock()} + ${leaseMs}::bigint`;
  return {
    acquire: (campaignId, { host, pid }, { maxCost, shared } = {}) => {
      const owner = randomUUID();
      return database.transaction([{ kind: 'campaign', keys: [campaignId] }], async (connection) => {
        const known =
          await connection.all<LeaseRow>(sql`select owner, host, pid, process, expires_at, is_shared as "isShared",
            ${clock()} as at from leases where campaign_id = ${campaignId}`);
        const alive = known.filter(isAlive);
        const other = inTheWay(alive, shared !== undefined);
        if (other) return { heldBy: { host: other.host, pid: other.pid } };
        const others = alive.map((lease) => lease.owner);
        await connection.run(sql`delete from leases where campaign_id = ${campaignId} and owner <> all(${others})`);
        await connection.run(sql`insert into leases (campaign_id, owner, is_shared, host, pid, process, expires_at)
          values (${campaignId}, ${owner}, ${shared !== undefined}, ${host}, ${pid}, ${identityOf(host, pid)}, ${until()})`);
        await abandon(connection, campaignId, others);
        // Who joins others goes by what they have begun.
        if (others.length === 0) {
          await openAccount(connection, campaignId, {
            maxCost: maxCost ?? null,
            concurrency: shared?.concurrency ?? null,
          });
        }
        return { campaignId, owner, tookOver: known.length > others.length };
      });
    },
    renew: ({ campaignId, owner }) =>
      database.transaction([], async (connection) => {
        const renewed = await connection.run(sql`update leases set expires_at = ${until()}
          where campaign_id = ${campaignId} and owner = ${owner}`);
        return renewed > 0;
      }),
    release: ({ campaignId, owner }) =>
      database.transaction([], async (connection) => {
        await connection.run(sql`delete from leases where campaign_id = ${campaignId} and owner = ${owner}`);
      }),
  };
}

/** Who runs a campaign right now, if anybody does. */
export async function holderOf(connection: Connection): Promise<Holder | undefined> {
  const leases = await connection.all<LeaseRow>(
    raw(
      'select owner, is_shared as "isShared", host, pid, process, expires_at, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as at from leases',
    ),
  );
  const live = leases.find(isAlive);
  return live && { host: live.host, pid: live.pid };
}

/** What a dead run left claimed may have been sent; a callback may have told already. `others` still work. */
async function abandon(connection: Connection, campaignId: string, others: readonly string[]): Promise<void> {
  await connection.run(sql`update messages set state = 'unknown', reason = ${runDied}
    where campaign_id = ${campaignId} and state = 'claimed' and owner <> all(${others})`);
  const reported = await connection.all<OutcomeRow>(sql`select ${outcomeColumns} from messages m
    where m.campaign_id = ${campaignId} and m.state = 'unknown'
      and exists (select 1 from status_events e where e.message_id = m.id) order by m.seq for no key update of m`);
  if (reported.length === 0) return;
  const evidence = await evidenceOf(connection, [], () => reported.map(({ id }) => id));
  await writeOutcomes(connection, confirmAll(reported, evidence));
}

async function openAccount(
  connection: Connection,
  campaignId: string,
  { maxCost, concurrency }: { readonly maxCost: number | null; readonly concurrency: number | null },
): Promise<void> {
  await connection.run(sql`update campaigns set max_cost = ${maxCost}, concurrency = ${concurrency}::int, 
      spent = case when ${maxCost}::float8 is null then 0 else ${named(spentSoFar, { campaignId })} end
    where id = ${campaignId}`);
}

/** Tells a process from every other one that has its number, also on a machine of the same name. */
function identityOf(host: string, pid: number): string | null {
  const running = host === hostname() ? processOf(pid) : undefined;
  return running === undefined || running === 'unknown' ? null : `${namespaceOf()} ${running}`;
}

/**
 * Only a process that was started on this very machine can be looked for: others share the ledger, and may share the
 * name of the host. Their leases expire by the ledger's clock.
 */
function isAlive({ host, pid, process: identity, expires_at: expiresAt, at }: LeaseRow): boolean {
  const here = `${namespaceOf()} `;
  const isHere = identity?.startsWith(here) === true;
  const holder = { host, pid, ...(isHere && { process: identity.slice(here.length) }) };
  return isHeld(holder, expiresAt, at, { host: isHere ? hostname() : '', processOf });
}
