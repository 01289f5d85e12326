/** What people answered. */
export const replies = `
create table replies (
  -- Never given twice: who follows asks for what has a higher one.
  seq integer primary key autoincrement,
  sid text not null unique,
  author text not null,
  -- The number or messaging service it was sent to; with a service, its number.
  addressee text not null,
  number text,
  body text,
  keyword text,
  at integer not null,
  -- 1: it was looked for what it answers, and found or not.
  is_matched integer not null default 0,
  campaign_id text,
  message_id text
) strict;
create index replies_unmatched on replies (author) where is_matched = 0;
create index replies_campaign on replies (campaign_id, seq);
`;
