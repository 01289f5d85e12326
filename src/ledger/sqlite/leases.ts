import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { notShared } from '../../errors.ts';
import type { Ledger } from '../ledger.ts';
import { processOf } from '../process.ts';
import { outcomeColumns } from '../rows.ts';
import { runDied } from '../rules/abandoned.ts';
import { confirmAll } from '../rules/confirm.ts';
import { isHeld, leaseMs } from '../rules/lease.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import type { Holder } from '../runs.ts';
import { isSettled, spentSoFar } from '../statements.ts';
import type { Database } from './driver.ts';
import { outcomeReader, outcomeWriter } from './outcomes.ts';

interface LeaseRow {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly process: string | null;
  readonly expires_at: number;
}

/** One run per campaign: who may claim and record. `now` is the ledger's clock, in milliseconds since 1970. */
export function sqliteLeases(database: Database, now: () => number): Pick<Ledger, 'acquire' | 'renew' | 'release'> {
  const read = database.prepare<LeaseRow>(
    'select owner, host, pid, process, expires_at from leases where campaign_id = :campaignId',
  );
  const take = database.prepare(`insert or replace into leases (campaign_id, owner, host, pid, process, expires_at)
    values (:campaignId, :owner, :host, :pid, :process, :expiresAt)`);
  const abandon = database.prepare(`update messages set state = 'unknown', reason = :reason
    where campaign_id = :campaignId and ${isSettled} and state = 'claimed'`);
  const reported = database.prepare<OutcomeRow>(`select ${outcomeColumns} from messages m
    where m.campaign_id = :campaignId and ${isSettled} and m.state = 'unknown'
      and exists (select 1 from status_events e where e.message_id = m.id)`);
  const { evidenceOf } = outcomeReader(database);
  const write = outcomeWriter(database);
  const account = database.prepare(`update campaigns set max_cost = :maxCost, spent = case when :maxCost is null then 0
    else ${spentSoFar} end where id = :campaignId`);
  const renew = database.prepare(
    'update leases set expires_at = :expiresAt where campaign_id = :campaignId and owner = :owner',
  );
  const release = database.prepare('delete from leases where campaign_id = :campaignId and owner = :owner');

  return {
    acquire: async (campaignId, { host, pid }, { maxCost, shared } = {}) =>
      database.transaction(() => {
        if (shared) throw notShared();
        const current = read.get({ campaignId });
        if (current && isAlive(current, now())) return { heldBy: { host: current.host, pid: current.pid } };
        const owner = randomUUID();
        take.run({ campaignId, owner, host, pid, process: identityOf(host, pid), expiresAt: now() + leaseMs });
        abandon.run({ campaignId, reason: runDied });
        const rows = reported.all({ campaignId });
        if (rows.length > 0)
          write(
            confirmAll(
              rows,
              evidenceOf([], () => rows.map(({ id }) => id)),
            ),
          );
        account.run({ campaignId, maxCost: maxCost ?? null });
        return { campaignId, owner, tookOver: current !== undefined };
      }),
    renew: async ({ campaignId, owner }) => renew.run({ campaignId, owner, expiresAt: now() + leaseMs }) > 0,
    release: async ({ campaignId, owner }) => void release.run({ campaignId, owner }),
  };
}

/** Who runs a campaign right now, if anybody does. `at`: milliseconds since 1970. */
export function holderOf(database: Database, at: number): Holder | undefined {
  const leases = database.prepare<LeaseRow>('select owner, host, pid, process, expires_at from leases').all();
  const live = leases.find((lease) => isAlive(lease, at));
  return live && { host: live.host, pid: live.pid };
}

function identityOf(host: string, pid: number): string | null {
  const identity = host === hostname() ? processOf(pid) : undefined;
  return identity === undefined || identity === 'unknown' ? null : identity;
}

function isAlive({ host, pid, process: identity, expires_at: expiresAt }: LeaseRow, at: number): boolean {
  const holder = { host, pid, ...(identity !== null && { process: identity }) };
  return isHeld(holder, expiresAt, at, { host: hostname(), processOf });
}
