/** Runs a statement of the queue's; resolves to its rows. */
export type Execute = (
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Keeps those apart who set up the tables at the same moment: "volq". */
const setupLock = 0x766f6c71;

/** What pg-boss does not keep: how campaigns are sent, who is at work, and command lines that are run again and again. */
export async function createTables(execute: Execute, schema: string): Promise<void> {
  await execute(`begin;
    select pg_advisory_xact_lock(${setupLock});
    create table if not exists ${schema}.campaigns (
      id text primary key,
      delivery json not null,
      -- How often it was enqueued.
      round int not null default 1,
      stopped text
    );
    -- Who is told what a campaign came to, until they are.
    create table if not exists ${schema}.notices (
      campaign_id text primary key,
      url text not null,
      round int not null,
      ended text,
      -- Until when a worker is about to tell them.
      taken_until timestamptz
    );
    create table if not exists ${schema}.workers (
      id text primary key,
      host text not null,
      pid int not null,
      campaigns json not null,
      accepted bigint not null,
      started_at timestamptz not null default clock_timestamp(),
      seen_at timestamptz not null default clock_timestamp()
    );
    create table if not exists ${schema}.schedules (
      name text primary key,
      cron text not null,
      time_zone text not null,
      argv json not null,
      cwd text not null,
      missed text not null check (missed in ('run', 'skip')),
      deadline_ms bigint not null,
      -- Times before this one are past: it was added, changed or last due then.
      considered_at timestamptz not null default clock_timestamp(),
      last_at timestamptz,
      last_end text,
      run_by text,
      run_until timestamptz
    );
    commit`);
}

/** A time of the database's in milliseconds since 1970. */
export const millis = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
