/**
 * The keys of a campaign's rows in a table that can be filled in their order, once all rows are there: an index on the
 * messages themselves is filled in the order of the rows, which rewrites a page of it for nearly each one.
 */
export const messageKeys = `
create table message_keys (
  campaign_id text not null,
  key text not null,
  seq integer not null,
  primary key (campaign_id, key)
) strict, without rowid;
insert into message_keys select campaign_id, key, seq from messages where key is not null order by campaign_id, key;
drop index messages_key;
`;
