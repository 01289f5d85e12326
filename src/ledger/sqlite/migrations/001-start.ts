/** The first schema: campaigns, their messages, the inputs they came from, and who runs them. */
export const start = `
create table campaigns (
  id text primary key,
  name text not null,
  source text not null,
  created_at integer not null,
  -- 0 while its rows are still coming in: such a campaign is invisible and is never sent.
  ready integer not null default 0,
  touched_at integer not null
) strict;
create unique index campaigns_name on campaigns (name) where ready = 1;

create table inputs (
  hash text not null,
  campaign_id text not null references campaigns (id) on delete cascade,
  at integer not null,
  primary key (hash, campaign_id)
) strict;

create table messages (
  seq integer primary key,
  id text not null unique,
  campaign_id text not null references campaigns (id),
  line integer not null,
  key text,
  recipient text not null,
  sender text not null,
  request text,
  state text not null check (state in
    ('invalid', 'skipped', 'pending', 'claimed', 'accepted', 'rejected', 'unknown', 'canceled')),
  attempts integer not null default 0,
  due_at integer not null default 0,
  owner text,
  claimed_at integer,
  segments integer not null default 0,
  sid text unique,
  status text,
  code integer,
  reason text,
  issues text
) strict;
create unique index messages_key on messages (campaign_id, key) where key is not null;
create index messages_pending on messages (campaign_id, sender, due_at, seq) where state = 'pending';
create index messages_open on messages (recipient) where state in ('claimed', 'unknown');
create index messages_claimed on messages (campaign_id) where state = 'claimed';
create index messages_unknown on messages (campaign_id, seq) where state = 'unknown';
create index messages_campaign on messages (campaign_id, seq);

create table leases (
  campaign_id text primary key references campaigns (id) on delete cascade,
  owner text not null,
  host text not null,
  pid integer not null,
  renewed_at integer not null
) strict;
`;
