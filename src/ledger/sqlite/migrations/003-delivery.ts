/** What became of a message after Twilio took it: every report of it, and what it really cost. */
export const delivery = `
alter table messages add column price real;

create table status_events (
  sid text not null,
  status text not null,
  -- Twilio's error code; 0 for none.
  code integer not null,
  source text not null,
  at integer not null,
  -- Our own id, where a callback carried it.
  message_id text,
  primary key (sid, status, code)
) strict, without rowid;
create index status_events_message on status_events (message_id) where message_id is not null;
create index messages_accepted on messages (campaign_id, status) where state = 'accepted';
`;
