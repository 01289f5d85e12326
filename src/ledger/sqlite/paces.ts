import { type PaceRow, paceColumns, toPace } from '../rows.ts';
import type { SenderPace } from '../rules/pace.ts';
import type { Database } from './driver.ts';

/** How fast each sender may go, over all runs of the ledger; for use inside a transaction. */
export function paces(database: Database) {
  const read = database.prepare<PaceRow>(`select ${paceColumns} from sender_paces
    where sender in (select value from json_each(:senders))`);
  const write = database.prepare(`
    insert into sender_paces (sender, next_at, paused_until, per_second, rated_until)
    select value ->> 'sender', value ->> 'nextAt', value ->> 'pausedUntil', value ->> 'perSecond', value ->> 'ratedUntil'
    from json_each(:paces) where true
    on conflict (sender) do update set next_at = excluded.next_at, paused_until = excluded.paused_until,
      per_second = excluded.per_second, rated_until = excluded.rated_until`);
  const pause = database.prepare(`
    insert into sender_paces (sender, paused_until) select value ->> 0, value ->> 1 from json_each(:pauses) where true
    on conflict (sender) do update set paused_until = excluded.paused_until`);
  return {
    read: (senders: readonly string[]): ReadonlyMap<string, SenderPace> =>
      new Map(read.all({ senders: JSON.stringify(senders) }).map((row) => [row.sender, toPace(row)])),
    write: (all: readonly (readonly [sender: string, pace: SenderPace])[]): void => {
      if (all.length === 0) return;
      write.run({ paces: JSON.stringify(all.map(([sender, pace]) => ({ sender, ...pace }))) });
    },
    /** Until when nothing of senders goes, in milliseconds since 1970. */
    pause: (pauses: ReadonlyMap<string, number>): void => {
      if (pauses.size > 0) pause.run({ pauses: JSON.stringify([...pauses]) });
    },
  };
}
