-- Two roles for a ledger on PostgreSQL: volley_owner makes and migrates the tables; volley_worker sends, and can
-- neither drop nor alter them. A superuser runs this once, in the database of the ledger:
--   createdb volley && psql volley -f postgres-roles.sql
-- Give both a password (\password volley_owner). Then the owner makes the tables, now and after each update of volley:
--   export VOLLEY_LEDGER=postgres://volley_owner@db/volley
--   volley campaigns && volley workers
create role volley_owner login;
create role volley_worker login;
create schema volley authorization volley_owner;
create schema volley_queue authorization volley_owner;
-- The queue asks for this right although its schema is there.
do $$ begin execute format('grant create on database %I to volley_owner', current_database()); end $$;
grant usage on schema volley to volley_worker;
-- create: the queue makes sure of its tables whenever it is opened.
grant usage, create on schema volley_queue to volley_worker;
-- Holds for every table that the owner makes from now on, by a migration, too.
alter default privileges for role volley_owner grant select, insert, update, delete on tables to volley_worker;
alter default privileges for role volley_owner grant usage on sequences to volley_worker;
