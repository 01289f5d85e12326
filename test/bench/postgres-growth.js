// What a ledger on PostgreSQL costs as it grows: one campaign is planned, sent and reported on beside so many messages
// of others. What goes by an index costs the same beside few and beside many; blocks are pages of 8 KB that were touched.
//   npm run --silent build && node test/bench/postgres-growth.js [messages] [messages]      default: 100000 10000000
import { existsSync, readFileSync } from 'node:fs';
import { openPostgresLedger } from '../../dist/ledger/postgres/open.js';
import { startDatabase } from './database.js';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100_000, 10_000_000];
const perCampaign = 1_000_000;
const ours = 20_000;
const set = 50;
/** A campaign of which nothing has gone out yet. */
const waiting = 'waiting';
const from = '+14155550199';
const text = 'Hi Ada Lovelace, your order is on its way. Reply STOP to opt out.';

/** Campaigns of others, long sent and delivered, as volley's own statements leave them; their indexes are built at the end. */
async function fill({ ask }, address, messages) {
  const indexes = await ask(
    address,
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made, contype = 'u' as "isPromise",
        conname, pg_get_constraintdef(c.oid) as promise
      from pg_index left join pg_constraint c on c.conindid = indexrelid
      where indrelid = 'volley.messages'::regclass and not indisprimary`,
  );
  for (const { name, isPromise, conname } of indexes) {
    await ask(address, isPromise ? `alter table volley.messages drop constraint ${conname}` : `drop index ${name}`);
  }
  for (let first = 0; first < messages; first += perCampaign) {
    await fillCampaign(ask, address, `sent-${first}`, Math.min(perCampaign, messages - first));
  }
  await fillCampaign(ask, address, waiting, messages / 10, true);
  for (const { made, isPromise, conname, promise } of indexes) {
    const build = isPromise ? `alter table volley.messages add constraint ${conname} ${promise}` : made;
    await ask(address, `set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 0; ${build}`);
  }
  await ask(address, 'vacuum (analyze) volley.messages');
}

async function fillCampaign(ask, address, id, messages, isPending = false) {
  await ask(
    address,
    `insert into volley.campaigns (id, name, source, created_at, ready, touched_at, currency)
      values ($1, $1, 'list.csv', $2, true, $2, 'USD')`,
    [id, Date.now()],
  );
  const sent = `'accepted', 1, 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', $2::bigint, 0, 'SM' || md5($1 || n), 'delivered'`;
  await ask(
    address,
    `insert into volley.messages (id, campaign_id, line, key, recipient, sender, request, segments, country,
        unit_price, written_at, state, attempts, owner, claimed_at, clock_ahead_ms, sid, status)
      select md5($1) || '-' || n, $1, n, '+1' || (2000000000 + n), '+1' || (2000000000 + n), '${from}',
        json_build_object('to', '+1' || (2000000000 + n), 'from', '${from}', 'body', '${text}'), 1, 'US', 0.0079, $2,
        ${isPending ? `'pending', 0, null, null, null, null, null` : sent}
      from generate_series(1, $3::int) n`,
    [id, Date.now(), messages],
  );
}

/** The processor time of this process and of its sessions at the server, in milliseconds. Where the system does not say: of this one. */
async function processor({ ask }, address) {
  const { user, system } = process.cpuUsage();
  const sessions = await ask(address, `select pid from pg_stat_activity where application_name = 'volley'`);
  const ticks = sessions.flatMap(({ pid }) => {
    const stat = `/proc/${pid}/stat`;
    return existsSync(stat) ? readFileSync(stat, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number) : [];
  });
  return (user + system) / 1000 + ticks.reduce((sum, n) => sum + n, 0) * 10;
}

/** What `work` took with connections of its own: time, pages, and rows that were read without an index. */
async function cost(work, { ask }, address) {
  const stats = async () => {
    const [found] = await ask(
      address,
      `select seq_tup_read::float8 as unindexed, n_dead_tup::float8 as dead,
          (heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0))::float8 as blocks
        from pg_stat_user_tables join pg_statio_user_tables using (relid)
        where relid = 'volley.messages'::regclass`,
    );
    return found;
  };
  const before = await stats();
  const ledger = await openPostgresLedger(address);
  const idle = await processor({ ask }, address);
  const startedAt = performance.now();
  const value = await work(ledger);
  const ms = performance.now() - startedAt;
  const busyMs = (await processor({ ask }, address)) - idle;
  // Sessions tell what they did when they end.
  await ledger.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = await stats();
  const [blocks, unindexed] = [after.blocks - before.blocks, after.unindexed - before.unindexed];
  return { value, ms, busyMs, blocks, unindexed, dead: after.dead };
}

/** Our campaign of this round: every SID and number is its own. */
const ourRows = (round) =>
  Array.from({ length: ours }, (_, i) => {
    const to = `+1${3_000_000_000 + round * ours + i}`;
    return {
      ...{ line: i + 1, key: to, to, sender: from, state: 'pending', segments: 1, country: 'US' },
      ...{ request: { to, from, body: text }, issues: [], warnings: [] },
    };
  });

async function plan(ledger, round) {
  const staging = await ledger.stage({ name: `ours-${round}`, stem: 'x', source: 'list.csv' });
  const rows = ourRows(round);
  for (let i = 0; i < rows.length; i += 500) await staging.add(rows.slice(i, i + 500));
  await staging.plan();
  await staging.price([{ country: 'US', sender: from, hasMedia: false, unitPrice: 0.0079 }], 'USD');
  return staging.commit(`hash-${round}`);
}

const sidOf = (round, n) => `SM${String(round * ours + n).padStart(32, '0')}`;

/** Sends all of it, in sets, on one connection; the results of a set go to disk with the claims of the next one. */
async function send(ledger, lease, round) {
  let results = [];
  let n = 0;
  for (;;) {
    const { claims } = await ledger.claim(lease, { wants: [{ sender: from, limit: set }], results });
    if (claims.length === 0) return;
    results = claims.map(({ id, attempt }) => ({
      ...{ messageId: id, attempt },
      change: { state: 'accepted', sid: sidOf(round, ++n), status: 'queued', segments: 1 },
    }));
  }
}

const receipts = 5000;

async function receive(ledger, round) {
  for (let n = 1; n <= receipts; n += set) {
    const updates = Array.from({ length: set }, (_, i) => ({
      ...{ sid: sidOf(round, n + i), status: 'delivered', source: 'callback', at: Date.now() },
    }));
    await ledger.receive(updates, false);
  }
}

/** A server whose ledger holds so many messages of others. */
async function filled(messages) {
  const server = await startDatabase(['max_wal_size=8GB']);
  const address = await server.database('growth');
  await (await openPostgresLedger(address)).close();
  const startedAt = performance.now();
  await fill(server, address, messages);
  process.stderr.write(`${messages} messages in ${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  const [size] = await server.ask(
    address,
    `select pg_table_size('volley.messages')::float8 as table, pg_indexes_size('volley.messages')::float8 as indexes,
      count(*)::float8 as messages from volley.messages`,
  );
  return { server, address, size };
}

async function measure({ server, address }, round) {
  const rows = [];
  let dead = 0;
  const step = async (name, count, work) => {
    const { value, ms, busyMs, blocks, unindexed, dead: left } = await cost(work, server, address);
    dead = left;
    rows.push({ name, 'ms each': ms / count, 'processor ms': busyMs / count, 'pages each': blocks / count, unindexed });
    return value;
  };
  const to = '+13000000001';
  const { id } = await step(`plan of ${ours}, a message`, ours, (ledger) => plan(ledger, round));
  const lease = await step('taking it', 1, (ledger) => ledger.acquire(id, { host: 'elsewhere', pid: 1 }));
  await step(`claim and record in sets of ${set}, a message`, ours, (ledger) => send(ledger, lease, round));
  await step(`receipts in sets of ${set}, each`, receipts, (ledger) => receive(ledger, round));
  await step('its unknowns', 1, (ledger) => ledger.unknowns(id));
  await step('others to a number that are open', 1, (ledger) => ledger.countOpen(to, []));
  await step('its report', 1, (ledger) => ledger.report(id));
  await step('a message by its SID', 1, (ledger) => ledger.findSid(sidOf(round, 77)));
  await step('giving it back', 1, (ledger) => ledger.release(lease));
  await step('the senders of a tenth that waits', 1, (ledger) => ledger.senders(waiting));
  await step('how much waits', 1, (ledger) => ledger.queues(waiting));
  await step('past messages to a number', 1, (ledger) => ledger.messagesTo(to, 3));
  await step('the last 20 campaigns', 1, (ledger) => ledger.campaigns(20));
  return { rows, dead };
}

const short = (value) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);
const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(2)} GB`;

const places = [];
try {
  for (const messages of sizes) places.push(await filled(messages));
  for (const round of [1, 2]) {
    for (const place of places) {
      const { messages, table, indexes } = place.size;
      const { rows, dead } = await measure(place, round);
      const each = Math.round((table + indexes) / messages);
      process.stdout.write(
        `\n${messages} messages: ${gigabytes(table)}, and ${gigabytes(indexes)} of indexes, ${each} bytes each; `,
      );
      process.stdout.write(`round ${round}, ${dead} dead rows after ${ours}\n`);
      console.table(
        rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, short(value)]))),
      );
    }
  }
} finally {
  for (const { server } of places) await server.stop();
}
