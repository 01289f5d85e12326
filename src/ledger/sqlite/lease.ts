import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Ledger } from '../ledger.ts';
import { proof } from './delivery.ts';
import type { Database } from './driver.ts';

/** A run that has not renewed its lease for this long is taken for dead, in milliseconds. */
const leaseMs = 60_000;

interface LeaseRow {
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  readonly renewed_at: number;
}

/** One run per campaign: who may claim and record. */
export function sqliteLeases(database: Database, now: () => number): Pick<Ledger, 'acquire' | 'renew' | 'release'> {
  const read = database.prepare<LeaseRow>(
    'select owner, host, pid, renewed_at from leases where campaign_id = :campaignId',
  );
  const take = database.prepare(`insert or replace into leases (campaign_id, owner, host, pid, renewed_at)
    values (:campaignId, :owner, :host, :pid, :at)`);
  const doubt = database.prepare(`update messages set state = 'unknown', reason = :reason
    where campaign_id = :campaignId and state = 'claimed'`);
  const told = database.prepare<{ id: string }>(`select distinct m.id from messages m
    join status_events e on e.message_id = m.id where m.campaign_id = :campaignId and m.state = 'unknown'`);
  const prove = proof(database);
  const renew = database.prepare(
    'update leases set renewed_at = :at where campaign_id = :campaignId and owner = :owner',
  );
  const release = database.prepare('delete from leases where campaign_id = :campaignId and owner = :owner');

  return {
    acquire: async (campaignId, holder) =>
      database.transaction(() => {
        const current = read.get({ campaignId });
        if (current && isAlive(current, now())) return { heldBy: { host: current.host, pid: current.pid } };
        const owner = randomUUID();
        take.run({ campaignId, owner, host: holder.host, pid: holder.pid, at: now() });
        doubt.run({ campaignId, reason: 'the run that claimed it ended before an answer came' });
        for (const { id } of told.all({ campaignId })) prove(id);
        return { campaignId, owner, tookOver: current !== undefined };
      }),
    renew: async ({ campaignId, owner }) => renew.run({ campaignId, owner, at: now() }) > 0,
    release: async ({ campaignId, owner }) => void release.run({ campaignId, owner }),
  };
}

function isAlive({ host, pid, renewed_at: renewedAt }: LeaseRow, at: number): boolean {
  if (at - renewedAt > leaseMs) return false;
  return host !== hostname() || processExists(pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
