import { abandonedAfterMs } from '../rules/abandoned.ts';
import type { Database } from './driver.ts';

/** Throws a plan away; does nothing to a campaign that was published. For use inside a transaction. */
export function dropPlan(database: Database, id: string): void {
  for (const table of ['messages', 'message_keys']) {
    database
      .prepare(`delete from ${table} where campaign_id in (select id from campaigns where id = :id and ready = 0)`)
      .run({ id });
  }
  database.prepare('delete from campaigns where id = :id and ready = 0').run({ id });
}

/** Throws away the plans of runs that died. `at`: now, in milliseconds since 1970. */
export function dropAbandoned(database: Database, at: number): void {
  const abandoned = database
    .prepare<{ id: string }>('select id from campaigns where ready = 0 and touched_at < :before')
    .all({ before: at - abandonedAfterMs });
  for (const { id } of abandoned) database.transaction(() => dropPlan(database, id));
}
