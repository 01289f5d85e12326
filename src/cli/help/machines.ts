/** Several machines on one ledger: sharing, dying, rates, sizes, rights, backups. */
export const machines = `MORE THAN ONE MACHINE

  export VOLLEY_LEDGER=postgres://volley:secret@db/volley
  volley batch list.csv --template reminder.liquid --campaign spring --enqueue
  volley worker                     on any number of machines
  volley workers                    who is at work
  volley report spring

THE SHARED LEDGER
- PostgreSQL 14 or newer, in UTF-8. volley makes its tables itself, in the schemas volley and volley_queue (?schema=NAME
at the end of the address gives others). Every command works as with a file. sslmode=require checks the certificate.
- It needs the packages pg, pg-boss and cron-parser, which npm installs with volley unless told --omit=optional.
- volley ledger copy FROM TO brings a file's ledger to a server, or back. Nobody may be sending meanwhile.

ENQUEUE AND WORK
- batch --enqueue writes the campaign and its jobs in one transaction, sends nothing, and exits 0. --wait stays until
all has arrived.
- worker takes shares of ten seconds of whatever is enqueued, of up to four campaigns at once; up to eight workers share
a campaign. SIGTERM ends it in order: what is on its way is waited for and recorded (exit 0). --drain ends it when
nothing is left, --metrics-port N serves Prometheus' /metrics and a /healthz on loopback.
- resume and recall work from any machine. What a worker gives up (the breaker, a budget, a refused sender) it says;
volley resume NAME goes on with it.
- --enqueue --notify URL has the worker that ends a campaign, or gives it up, post a summary once no worker has any of it
on its way; one whose poster dies is posted by another, with the same Idempotency-Key. Until then the address is kept
in the database.

RATES
- A rate belongs to a sender and is kept in the ledger: over all runs and workers any second sees at most 1.1 times
the lowest --rate that is asked for at the time. A rate holds for a minute after the last claim under it.
- A campaign's --concurrency, budget and recall hold over all workers, too, and so do opt-outs and quiet hours.

SCHEDULES

  volley schedule add nightly --cron '0 9 * * 1-5' --tz Europe/Berlin \\
    -- batch list.csv --template daily.liquid --campaign nightly --yes --enqueue

Workers run it: each time once, whichever of them is there, in the folder in which it was added, and never two runs at
once; on the ledger that it is in, and with the --profile, --config, --env-file and --api-url of the worker, unless the
command line says otherwise. A time that passed while no worker was there is run as soon as one is, or left out with
--missed skip; --deadline ends a run that takes longer than 2h.

WHAT A DEAD WORKER MEANS

Its share goes to another worker after about half a minute. What it had claimed belongs to its lease for a minute after
its last sign of life; then it is unknown, is looked up at Twilio, and is never sent again on a guess (volley help
safety). A worker whose network drops everything without a word is like a dead one to the others; it notices after ten
seconds, and goes on within some ten seconds when the network does. Asked to end meanwhile, it takes up to three minutes,
or none with a second SIGTERM. A worker that was only frozen finds its lease gone and sends nothing more under it. A server that is away stops all claiming: nothing is sent that cannot be written down.

WHICH OF TWILIO'S LIMITS BINDS FIRST
- The sender, nearly always: 1 segment a second for a long code, 3 toll-free, 80 WhatsApp, 100 a short code. 10DLC has
a rate and a daily cap by brand (30023). What comes faster queues at Twilio for ten hours at most (21611, 30001).
- Then the account: 2,000 messages a second over all senders (63017). Twenty short codes reach it.
- Then requests at once, which Twilio does not publish (429); --concurrency adapts.

So a thousand million messages take 5.8 days at the account's 2,000 a second, and 116 days from one short code.

SIZES ON PAPER

A message with a text of 65 characters takes 0.65 KB in PostgreSQL, a third of it indexes (measured with 11,000,000), and
1.1 KB right after it was sent: planning, claiming and recording leave three old versions of a row, whose room autovacuum
frees for later ones. It begins when 2 % of the table are such. Each status that listen receives comes on top. Measure
yours:

  select pg_total_relation_size('volley.messages') / count(*)
    from volley.messages;

- A thousand million messages are 1.1 TB, and purge writes each row anew, so leave room for some of them twice. Keep
less: volley purge --older-than 30d every night empties rows a few at a time, keeps counts and SIDs, and leaves the
room of what went to later messages.
- Campaigns of a few million each: every query that sends begins with the campaign, and goes by an index. A claim and
its record, in sets of 50, touch 68 pages of 8 KB a message in a table of 110,000, and 84 in one of 11,000,000, at 0.32
and 0.42 ms of processor time, on volley's side and the server's. A report, and the list of campaigns, read the campaigns
that they tell of (7 s for all 11,000,000); compose reads the whole table for what went to a number before (2 s).
- volley makes no partitions. The primary key (campaign_id, seq) is made for partitions by campaign, and dropping one
would free its room at once; but id and sid are unique over all campaigns, which PostgreSQL's partitions cannot
promise. Until the ledger can do it, keep a database for each year or tenant, and copy the opt-outs: opt-out export.
- A worker holds up to 8 connections, so 100 connections are 12 workers. Let it speak to PostgreSQL itself: a
pooler that drops the options of a connection loses the schema.

ROLES WITH THE LEAST RIGHTS

samples/postgres-roles.sql makes two: volley_owner, who makes and migrates the tables, and volley_worker, who sends and
can neither drop nor alter them. In short:

  create role volley_owner login;
  create role volley_worker login;
  create schema volley authorization volley_owner;
  create schema volley_queue authorization volley_owner;
  grant usage on schema volley to volley_worker;
  grant usage, create on schema volley_queue to volley_worker;
  alter default privileges for role volley_owner
    grant select, insert, update, delete on tables to volley_worker;
  alter default privileges for role volley_owner
    grant usage on sequences to volley_worker;

The owner runs volley campaigns and volley workers once, which makes the tables of ledger and queue, and again after
each update of volley. purge is for the owner, too: it vacuums.

BACKUP AND RESTORE

  pg_dump --format=custom --file=volley.dump volley

  createdb --template=template0 --encoding=UTF8 volley
  pg_restore --dbname=volley volley.dump
  volley verify spring

A restored ledger does not know what was sent after the backup, and would send it again. So stop all workers before a
restore, and start none before volley verify finds no difference for each campaign that was at work. Where it lists
messages that nobody here sent, recall the campaign, and send to those who are missing under another name. A standby
with synchronous_commit = on, or archived WAL up to the last commit, leaves no such gap.

A ledger in a file is copied, while nobody sends, with volley ledger copy.

AS A SERVICE

samples/volley-worker.service is a systemd unit: put it on each machine, with VOLLEY_LEDGER and the credentials in
/etc/volley.env (0600), then

  systemctl enable --now volley-worker`;
