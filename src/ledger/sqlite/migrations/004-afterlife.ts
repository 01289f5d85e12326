/** What comes after delivery: events to pass on, a second try, and forgetting. */
export const afterlife = `
-- 'until-sent': the text goes as soon as the message is settled; 'gone': it went.
alter table messages add column text_kept text not null default 'always'
  check (text_kept in ('always', 'until-sent', 'gone'));
alter table messages add column retry_of text;
-- When the row came in; a message that was claimed is as old as its claim.
alter table messages add column written_at integer;
create unique index messages_retry on messages (retry_of) where retry_of is not null;
alter table campaigns add column stores_text integer not null default 1;
-- When rows of it were last purged; their keys are pseudonyms since.
alter table campaigns add column purged_at integer;

create trigger messages_forget after update of state on messages
when new.text_kept = 'until-sent' and new.state in ('accepted', 'rejected', 'canceled', 'skipped') begin
  update messages set text_kept = 'gone',
    request = json_remove(request, '$.body', '$.contentVariables', '$.mediaUrl', '$.persistentAction', '$.extra')
  where seq = new.seq;
end;

-- 1: it became an outgoing event, whoever had told it first.
alter table status_events add column is_queued integer not null default 0;

create table outgoing_events (
  id text primary key,
  event text not null,
  at integer not null,
  due_at integer not null,
  attempts integer not null default 0
) strict, without rowid;
create index outgoing_events_due on outgoing_events (due_at);
`;
