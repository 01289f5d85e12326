/** What runs must agree on: who holds a campaign until when, how fast each sender goes, what is spent, what is called back. */
export const running = `
drop table leases;
create table leases (
  campaign_id text primary key references campaigns (id) on delete cascade,
  owner text not null,
  host text not null,
  pid integer not null,
  -- Tells the process from a later one with the same number; null where the system does not say.
  process text,
  expires_at integer not null
) strict;

alter table campaigns add column recalled_at integer;
-- The budget of the run that has the lease, and what is gone of it.
alter table campaigns add column max_cost real;
alter table campaigns add column spent real not null default 0;

-- How far Twilio's clock was ahead of ours when the message was claimed, in milliseconds; null: not known yet.
alter table messages add column clock_ahead_ms integer;

create table sender_paces (
  sender text primary key,
  next_at real,
  paused_until integer,
  per_second real,
  rated_until integer
) strict, without rowid;
`;
