import type { Database } from './driver.ts';

/**
 * The tables of a plan until it is committed. They are temporary: SQLite keeps them in memory and what is too large in a
 * file that it deletes as it opens it. So nobody waits for the ledger's lock or for the disk, a plan that is only looked
 * at writes nothing into the ledger, and a process that dies leaves nothing of it behind.
 */
export interface PlanTables {
  /** Its rows, numbered from 1 in their order, with few indexes and nothing that all have in common. */
  readonly rows: string;
  /** The number of the row that has a key; in the order of the keys. */
  readonly keys: string;
  /** Where to and by whom, and what a segment costs; with media, a message. */
  readonly destinations: string;
  /** SQL, in brackets: its rows as the table of messages would have them. */
  readonly messages: string;
  readonly drop: () => void;
}

/** Makes the tables of a plan. */
export function makePlanTables(database: Database, id: string): PlanTables {
  const named = (name: string) => `temp.plan_${id}_${name}`;
  const [rows, keys, destinations] = [named('rows'), named('keys'), named('destinations')];
  // What would be rolled back is a few pages, and to make a file for it takes ten times as long as to make a table.
  database.exec('pragma temp.journal_mode = memory');
  database.exec(`
    create table ${rows} (seq integer primary key, line integer not null, key text, recipient text not null,
      destination integer not null, request text, state text not null, segments integer not null, reason text,
      issues text, quiet_hours text, due_at integer not null) strict;
    create table ${keys} (key text primary key, seq integer not null) strict, without rowid;
    create table ${destinations} (number integer primary key, country text, sender text not null,
      has_media integer not null, price real, unique (sender, country, has_media)) strict`);
  return {
    ...{ rows, keys, destinations },
    messages: `(select seq, '${id}-' || seq as id, '${id}' as campaign_id, line, key, recipient, sender, request, state,
      0 as attempts, segments, null as sid, null as status, null as code, reason, issues, country,
      price / case when has_media then max(1, segments) else 1 end as unit_price, quiet_hours, due_at, destination,
      has_media
      from ${rows} cross join ${destinations} on number = destination)`,
    drop: () => {
      for (const table of [rows, keys, destinations]) database.exec(`drop table if exists ${table}`);
    },
  };
}
