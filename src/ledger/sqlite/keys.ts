import { duplicateOf } from '../statements.ts';
import type { Database } from './driver.ts';
import type { PlanTables } from './plan-tables.ts';

/** How many rows are looked at in one statement. */
const chunkRows = 20_000;

/**
 * Finds the keys of a plan's rows that came since it was last called. They are sorted first, for a table that is filled
 * in its order takes a fraction of the time; a row whose key came before becomes `skipped: duplicate of line N`.
 */
export function planKeys(database: Database, { rows, keys }: PlanTables, storesText: boolean): () => void {
  const count = database.prepare<{ count: number; last: number }>(
    `select count(key) as count, coalesce(max(seq), :after) as last from ${rows} where seq > :after`,
  );
  const write = database.prepare(`insert into ${keys} select key, seq from ${rows}
    where seq > :after and key is not null order by key, seq on conflict do nothing`);
  let after = 0;
  return () => {
    const { count: found, last } = count.get({ after }) ?? { count: 0, last: after };
    if (write.run({ after }) < found)
      skipDuplicates(database, { rows, keys, after, last, storesText: storesText ? 1 : 0 });
    after = last;
  };
}

interface Searched extends Pick<PlanTables, 'rows' | 'keys'> {
  /** The last row that was looked at, and the last that is to be. */
  readonly after: number;
  readonly last: number;
  readonly storesText: number;
}

function skipDuplicates(database: Database, { rows, keys, after, last, storesText }: Searched): void {
  const skip = database.prepare(`update ${rows} as r set state = 'skipped', key = null,
      reason = ${duplicateOf('d.line')}, request = case when :storesText then r.request end
    from (select s.seq, f.line
      from (select key, seq from ${rows} where seq > :from and seq <= :to and key is not null order by key) s
      cross join ${keys} k on k.key = s.key and k.seq <> s.seq cross join ${rows} f on f.seq = k.seq) d
    where r.seq = d.seq`);
  for (let from = after; from < last; from += chunkRows) skip.run({ from, to: from + chunkRows, storesText });
}

/** Writes down the keys of the messages of a campaign that came after another. */
export const keysSince = `insert into message_keys select campaign_id, key, seq from messages
  where seq > :after and +campaign_id = :campaignId and key is not null`;

/** Writes down the keys of all messages, where there are none yet. */
export const everyKey =
  'insert into message_keys select campaign_id, key, seq from messages where key is not null order by campaign_id, key';

/** What calls a row of a campaign by another key. */
export const renameKey = 'update message_keys set key = :name where campaign_id = :campaignId and key = :key';
