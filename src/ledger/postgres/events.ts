import type { OutgoingEvent } from '../../core/outcome/event.ts';
import type { Ledger } from '../ledger.ts';
import type { QueuedEvent } from '../outbox.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { json, sql } from './sql.ts';

type EventQueue = Pick<Ledger, 'keepEvent' | 'dueEvents' | 'dropEvents' | 'delayEvent' | 'countEvents'>;

/** Writes events into the queue, unless they are there; for use inside a transaction. */
export async function keepEvents(connection: Connection, events: readonly OutgoingEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = json(events.map((event) => ({ id: event.id, event, at: event.at })));
  await connection.run(sql`insert into outgoing_events (id, event, at, due_at)
    select id, event, at, at from json_to_recordset(${rows}) as r (id text, event json, at bigint) order by id
    on conflict do nothing`);
}

/** The queue of what is to be passed on. */
export function postgresEvents({ read, transaction }: Database, clock: Clock): EventQueue {
  return {
    keepEvent: (event) => transaction([], (connection) => keepEvents(connection, [event])),
    dueEvents: (limit) =>
      read(async (connection) => {
        const rows = await connection.all<{ event: string; attempts: number }>(sql`select event, attempts
          from outgoing_events where due_at <= ${clock()} order by due_at, at, id limit ${limit}`);
        return rows.map(
          ({ event, attempts }): QueuedEvent => ({ event: JSON.parse(event) as OutgoingEvent, attempts }),
        );
      }),
    dropEvents: (ids) =>
      transaction([], async (connection) => {
        await connection.run(sql`delete from outgoing_events where id = any(${ids})`);
      }),
    delayEvent: (id, dueAt) =>
      transaction([], async (connection) => {
        await connection.run(
          sql`update outgoing_events set attempts = attempts + 1, due_at = ${dueAt} where id = ${id}`,
        );
      }),
    countEvents: () =>
      read(async (connection) => {
        const found = await connection.get<{ n: number }>(sql`select count(*) as n from outgoing_events`);
        return found?.n ?? 0;
      }),
  };
}
