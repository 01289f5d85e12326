import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { MessageRequest, RowIssue } from '../../core/message.ts';
import { keptForMs } from '../../core/outcome/event.ts';
import { sameInputMs } from '../../core/plan.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import type { Ledger } from '../ledger.ts';
import { finalInSql } from '../rows.ts';
import { dropAbandoned } from './abandoned.ts';
import type { Database } from './driver.ts';
import { renameKey } from './keys.ts';
import { type Pseudonym, pseudonymsOf } from './pseudonyms.ts';
import { replyMatcher } from './replies.ts';

interface PurgedRow {
  readonly seq: number;
  readonly campaignId: string;
  readonly recipient: string;
  readonly key: string | null;
  readonly request: string | null;
  readonly issues: string | null;
}

/** What is still needed to ask Twilio about a message, and says nothing of whom it went to. */
const keptParameters = [
  ...['accountSid', 'from', 'messagingServiceSid', 'sendAt', 'scheduleType', 'provideFeedback'],
] as readonly (keyof MessageRequest)[];

/** How many rows are purged in one commit: others can write in between. */
const chunkRows = 2000;

/** For so long Twilio may still tell what became of a message, in milliseconds: who is to be suppressed must be known then. */
const toldForMs = 3 * 86_400_000;

const isSettled = `state not in ('pending', 'claimed', 'unknown') and recipient not like '${pseudonymPrefix}%'
  and coalesce(claimed_at, written_at, (select touched_at from campaigns c where c.id = campaign_id)) < :before
  and (state <> 'accepted' or status in (${finalInSql}) or claimed_at < :told)
  and exists (select 1 from campaigns c where c.id = campaign_id and c.ready = 1)`;

/** Forgetting who was texted what. `path` is the ledger's file. */
export function sqlitePurge(database: Database, path: string, now: () => number): Pick<Ledger, 'purge' | 'purgeable'> {
  const count = database.prepare<{ n: number }>(`select (select count(*) from messages where ${isSettled})
    + (select count(*) from replies where at < :before) as n`);
  const match = replyMatcher(database);
  return {
    purgeable: async (before) => count.get({ before, told: now() - toldForMs })?.n ?? 0,
    purge: async (before) => {
      const wasPurged = database.prepare('select 1 from campaigns where purged_at is not null limit 1').get();
      const pseudonym = pseudonymsOf(path, wasPurged === undefined);
      // What the younger ones answer is known by numbers that are about to go.
      match();
      let purged = database.prepare('delete from replies where at < :before').run({ before });
      for (let after = 0; ; ) {
        const bounds = { before, told: now() - toldForMs, after };
        const rows = database.transaction(() => purgeSome(database, pseudonym, bounds, now()));
        const last = rows.at(-1);
        if (!last) break;
        purged += rows.length;
        after = last.seq;
        // Lets others at the lock, and this process at its other work.
        await new Promise((resolve) => setImmediate(resolve));
      }
      dropAbandoned(database, now());
      database.prepare('delete from inputs where at < :before').run({ before: Math.min(before, now() - sameInputMs) });
      database
        .prepare('delete from outgoing_events where at < :before')
        .run({ before: Math.min(before, now() - keptForMs) });
      dropBackups(path);
      // What was overwritten is in the log of changes until that is emptied.
      database.exec('pragma wal_checkpoint(truncate)');
      return purged;
    },
  };
}

interface Bounds {
  readonly before: number;
  readonly told: number;
  /** The last row that was looked at. */
  readonly after: number;
}

function purgeSome(database: Database, pseudonym: Pseudonym, bounds: Bounds, at: number): readonly PurgedRow[] {
  const rows = database
    .prepare<PurgedRow>(
      `select seq, campaign_id as campaignId, recipient, key, request, issues from messages where seq > :after and ${isSettled}
       order by seq limit :limit`,
    )
    .all({ ...bounds, limit: chunkRows });
  const write = database.prepare(`update messages set recipient = :recipient, key = :key, request = :request,
    issues = :issues, text_kept = 'gone', reason = case when code is null then reason end where seq = :seq`);
  const rename = database.prepare(renameKey);
  const mark = database.prepare('update campaigns set purged_at = :at where id = :campaignId');
  for (const { seq, campaignId, recipient, key, request, issues } of rows) {
    const name = key === null ? null : pseudonym(key);
    if (key !== null) rename.run({ campaignId, key, name });
    write.run({
      seq,
      recipient: pseudonym(recipient),
      key: name,
      request: request === null ? null : JSON.stringify(stripped(JSON.parse(request), pseudonym)),
      issues: issues === null ? null : JSON.stringify((JSON.parse(issues) as RowIssue[]).map(strippedIssue)),
    });
    mark.run({ campaignId, at });
  }
  return rows;
}

function stripped(request: MessageRequest, pseudonym: Pseudonym): MessageRequest {
  const kept = Object.fromEntries(keptParameters.map((name) => [name, request[name]]));
  return { ...kept, to: pseudonym(request.to) };
}

/** Values, and the hints that repeat them, are what people wrote. */
function strippedIssue({ line, column }: RowIssue): RowIssue {
  return { line, column, value: '', problem: 'was wrong; what it said is purged' };
}

/** Copies made before a migration hold what is to be forgotten. */
function dropBackups(path: string): void {
  const backups = readdirSync(dirname(path)).filter(
    (file) => file.startsWith(`${basename(path)}.v`) && file.endsWith('.bak'),
  );
  for (const file of backups) rmSync(join(dirname(path), file), { force: true });
}

/**
 * Gives rows that are to join a campaign the keys that their twins there have since it was purged: else it would not
 * know whom it has texted. For use inside a transaction. Throws a `CliError` when the key of the pseudonyms is lost.
 */
export function adoptPseudonyms(
  database: Database,
  path: string,
  { id, target }: { id: string; target: string },
): void {
  const keyOf = purgedKeys(database, path, target);
  if (!keyOf) return;
  const rows = database
    .prepare<{ seq: number; key: string }>('select seq, key from messages where campaign_id = :id and key is not null')
    .all({ id });
  const write = database.prepare('update messages set key = :name where seq = :seq');
  const rename = database.prepare(renameKey);
  for (const { seq, key } of rows) {
    const name = keyOf(key);
    if (name === key) continue;
    write.run({ seq, name });
    rename.run({ campaignId: id, key, name });
  }
}

/** What a key is called in a campaign: a pseudonym if its row there is purged. Undefined when nothing was purged. */
export function purgedKeys(
  database: Database,
  path: string,
  campaignId: string,
): ((key: string) => string) | undefined {
  const wasPurged = database
    .prepare('select 1 from campaigns where id = :campaignId and purged_at is not null')
    .get({ campaignId });
  if (wasPurged === undefined) return undefined;
  const pseudonym = pseudonymsOf(path, false);
  const isThere = database.prepare('select 1 from message_keys where campaign_id = :campaignId and key = :key');
  return (key) => {
    const name = pseudonym(key);
    return isThere.get({ campaignId, key: name }) === undefined ? key : name;
  };
}
