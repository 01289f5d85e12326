import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { keptForMs } from '../../core/outcome/event.ts';
import { sameInputMs } from '../../core/plan.ts';
import type { Ledger } from '../ledger.ts';
import { forgetRow, type PersonalRow, type Pseudonym, reportedForMs } from '../rules/purge.ts';
import { isPurgeable } from '../statements.ts';
import { dropAbandoned } from './abandoned.ts';
import type { Database } from './driver.ts';
import { renameKey } from './keys.ts';
import { pseudonymsOf } from './pseudonyms.ts';
import { replyMatcher } from './replies.ts';

/** How many rows are purged in one commit: others can write in between. */
const chunkRows = 2000;

/** Forgetting who was texted what. `path` is the ledger's file. */
export function sqlitePurge(database: Database, path: string, now: () => number): Pick<Ledger, 'purge' | 'purgeable'> {
  const count = database.prepare<{ n: number }>(`select (select count(*) from messages where ${isPurgeable})
    + (select count(*) from replies where at < :before) as n`);
  const boundsFor = (before: number) => ({ before, reportedSince: now() - reportedForMs });
  const match = replyMatcher(database);
  return {
    purgeable: async (before) => count.get(boundsFor(before))?.n ?? 0,
    purge: async (before) => {
      const wasPurged = database.prepare('select 1 from campaigns where purged_at is not null limit 1').get();
      const pseudonym = pseudonymsOf(path, wasPurged === undefined);
      const purgeAfter = purger(database, pseudonym, now);
      // What the younger ones answer is known by numbers that are about to go.
      match();
      let purged = database.prepare('delete from replies where at < :before').run({ before });
      for (let after = 0; ; ) {
        const seqs = database.transaction(() => purgeAfter({ ...boundsFor(before), after }));
        const last = seqs.at(-1);
        if (last === undefined) break;
        purged += seqs.length;
        after = last;
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
  readonly reportedSince: number;
  /** The last row that was read. */
  readonly after: number;
}

interface PurgedRow extends PersonalRow {
  readonly seq: number;
  readonly campaignId: string;
}

/** Purges the next rows, and returns their sequence numbers; for use inside a transaction. */
function purger(database: Database, pseudonym: Pseudonym, now: () => number): (bounds: Bounds) => readonly number[] {
  const read = database.prepare<PurgedRow>(`
    select seq, campaign_id as campaignId, recipient, key, request, reason, issues, code from messages
    where seq > :after and ${isPurgeable} order by seq limit ${chunkRows}`);
  const write = database.prepare(`update messages set recipient = :recipient, key = :key, request = :request,
    reason = :reason, issues = :issues, text_kept = 'gone' where seq = :seq`);
  const rename = database.prepare(renameKey);
  const mark = database.prepare(
    'update campaigns set purged_at = :at where id in (select value from json_each(:campaignIds))',
  );
  return (bounds) => {
    const rows = read.all({ ...bounds });
    const forgotten = rows.map((row) => ({ ...forgetRow(row, pseudonym) }));
    write.runAll(forgotten);
    rename.runAll(
      rows.flatMap(({ campaignId, key }, i) =>
        key === null ? [] : { campaignId, key, name: forgotten[i]?.key ?? null },
      ),
    );
    const campaignIds = JSON.stringify([...new Set(rows.map(({ campaignId }) => campaignId))]);
    if (rows.length > 0) mark.run({ campaignIds, at: now() });
    return rows.map(({ seq }) => seq);
  };
}

/** Copies made before a migration hold what is to be forgotten. */
function dropBackups(path: string): void {
  const backups = readdirSync(dirname(path)).filter(
    (file) => file.startsWith(`${basename(path)}.v`) && file.endsWith('.bak'),
  );
  for (const file of backups) rmSync(join(dirname(path), file), { force: true });
}

/** Rows that are to join a campaign: the tables that they and their keys are in, and which of those they are. */
interface Joining {
  readonly rows: string;
  readonly keys: string;
  readonly where: string;
}

/**
 * Gives rows that are to join a campaign the keys that the same rows there have since it was purged: else it would not
 * know whom it has texted. Throws a `CliError` when the key of the pseudonyms is lost.
 */
export function adoptPseudonyms(
  database: Database,
  path: string,
  target: string,
  { rows, keys, where }: Joining,
): void {
  const keyOf = purgedKeys(database, path, target);
  if (!keyOf) return;
  const read = database.prepare<{ seq: number; key: string }>(`select seq, key from ${rows}
    where ${where} and seq > :after and key is not null order by seq limit ${chunkRows}`);
  const write = database.prepare(`update ${rows} set key = :name where seq = :seq`);
  const rename = database.prepare(`update ${keys} set key = :name where ${where} and key = :key`);
  for (let named = read.all({ after: 0 }); named.length > 0; named = read.all({ after: named.at(-1)?.seq ?? 0 })) {
    for (const { seq, key } of named) {
      const name = keyOf(key);
      if (name === key) continue;
      write.run({ seq, name });
      rename.run({ key, name });
    }
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
