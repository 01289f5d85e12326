import { duplicateOf } from '../statements.ts';
import type { Database } from './driver.ts';

/** How many keys are written in one commit: others can write in between. */
const chunkRows = 20_000;

/**
 * Writes down the keys of a plan's rows that came since it was last called, in the order of the keys; a row whose key
 * came before becomes `skipped: duplicate of line N`.
 */
export function stagedKeys(database: Database, id: string): () => void {
  database.exec('create temp table if not exists sorted_keys (key text, seq integer) strict');
  let after = 0;
  return () => {
    database.exec('delete from sorted_keys');
    database
      .prepare(`insert into sorted_keys select key, seq from messages
        where campaign_id = :id and seq > :after and key is not null order by key, seq`)
      .run({ id, after });
    const { count, last } = database
      .prepare<{ count: number; last: number | null }>('select count(*) as count, max(seq) as last from sorted_keys')
      .get() ?? { count: 0, last: null };
    after = last ?? after;
    if (writeSorted(database, id, count) < count) skipDuplicates(database, id);
  };
}

/** Returns how many are new. */
function writeSorted(database: Database, id: string, count: number): number {
  const write = database.prepare(`insert into message_keys select :id, key, seq from sorted_keys
    where rowid > :from and rowid <= :to on conflict do nothing`);
  let written = 0;
  for (let from = 0; from < count; from += chunkRows) {
    written += database.transaction(() => write.run({ id, from, to: from + chunkRows }));
  }
  return written;
}

function skipDuplicates(database: Database, id: string): void {
  const skip = database.prepare(`update messages set state = 'skipped', key = null,
      reason = ${duplicateOf('d.line')}, request = case when text_kept = 'always' then request end
    from (select s.seq, f.line from sorted_keys s
      join message_keys k on k.campaign_id = :id and k.key = s.key and k.seq <> s.seq
      join messages f on f.seq = k.seq) d
    where messages.seq = d.seq`);
  database.transaction(() => skip.run({ id }));
}

/** Writes down the keys of the messages of a campaign that came after another. */
export const keysSince = `insert into message_keys select campaign_id, key, seq from messages
  where seq > :after and +campaign_id = :campaignId and key is not null`;

/** Writes down the keys of all messages, where there are none yet. */
export const everyKey =
  'insert into message_keys select campaign_id, key, seq from messages where key is not null order by campaign_id, key';

/** What calls a row of a campaign by another key. */
export const renameKey = 'update message_keys set key = :name where campaign_id = :campaignId and key = :key';

/** The keys that a plan (`:id`, as sk) and the campaign it is for (`:target`, as tk) have both: none where there is no campaign yet. */
export const keysOfBoth = `(select seq, key from message_keys where campaign_id = :target) tk
  cross join message_keys sk on sk.campaign_id = :id and sk.key = tk.key`;
