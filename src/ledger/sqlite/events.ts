import type { OutgoingEvent } from '../../core/outcome/event.ts';
import type { Ledger } from '../ledger.ts';
import type { QueuedEvent } from '../outbox.ts';
import type { Database } from './driver.ts';

type EventQueue = Pick<Ledger, 'keepEvent' | 'dueEvents' | 'dropEvents' | 'delayEvent' | 'countEvents'>;

/** Writes events into the queue, unless they are there; for use inside a transaction. */
export function eventKeeper(database: Database): (events: readonly OutgoingEvent[]) => void {
  const insert = database.prepare(`insert into outgoing_events (id, event, at, due_at)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 2 from json_each(:rows) where true on conflict do nothing`);
  return (events) => {
    const rows = events.map((event) => [event.id, JSON.stringify(event), event.at]);
    if (rows.length > 0) insert.run({ rows: JSON.stringify(rows) });
  };
}

/** The queue of what is to be passed on. */
export function sqliteEvents(database: Database, now: () => number): EventQueue {
  const keep = eventKeeper(database);
  const due = database.prepare<{ event: string; attempts: number }>(
    'select event, attempts from outgoing_events where due_at <= :now order by due_at, at, id limit :limit',
  );
  const drop = database.prepare('delete from outgoing_events where id in (select value from json_each(:ids))');
  const delay = database.prepare('update outgoing_events set attempts = attempts + 1, due_at = :dueAt where id = :id');
  const count = database.prepare<{ n: number }>('select count(*) as n from outgoing_events');
  return {
    keepEvent: async (event) => keep([event]),
    dueEvents: async (limit) =>
      due
        .all({ now: now(), limit })
        .map(({ event, attempts }): QueuedEvent => ({ event: JSON.parse(event) as OutgoingEvent, attempts })),
    dropEvents: async (ids) => void drop.run({ ids: JSON.stringify(ids) }),
    delayEvent: async (id, dueAt) => void delay.run({ id, dueAt }),
    countEvents: async () => count.get()?.n ?? 0,
  };
}
