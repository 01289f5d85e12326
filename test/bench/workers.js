// Messages a second that 1, 2 and 4 workers send together, all of one campaign, on a PostgreSQL server of their own with
// its data on disk, to a provider that answers at once; and what their updates leave behind in the table.
//   npm run --silent build && node test/bench/workers.js [rows]      default: 20000
// Processor time is that of all workers, and of all of the server's processes; it is what to compare on a busy machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase } from './database.js';

const [rows = '20000'] = process.argv.slice(2);
const volley = join(import.meta.dirname, '../../bin/volley.js');
const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
const list = join(folder, 'list.csv');
const numbers = Array.from({ length: Number(rows) }, (_, i) => `+1415${String(i).padStart(7, '0')},Ada ${i}`);
writeFileSync(list, `to,name\n${numbers.join('\n')}\n`);

const provider = spawn(process.execPath, [join(import.meta.dirname, 'provider.js'), '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = String((await once(provider.stdout, 'data'))[0]).trim();
const stats = async () => (await fetch(`${url}/count`)).json();

/** Prints what it took of the processor at its end. */
const account = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.send?.((user + system) / 1000); })`,
)}`;

function start(ledger, ...argv) {
  const child = spawn(process.execPath, ['--import', account, volley, ...argv, '--ledger', ledger], {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: folder, VOLLEY_API_URL: url },
      ...{ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'a token of the bench' },
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const taken = once(child, 'message');
  return once(child, 'close').then(async ([code]) => {
    if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${said}`);
    return (await taken)[0];
  });
}

/** The processor time of all that a process and those it started took so far, in milliseconds; by Linux' own account. */
function serverTime(pid) {
  const sum = (number, first, last) => {
    const fields = readFileSync(`/proc/${number}/stat`, 'utf8').split(') ')[1].split(' ').map(Number);
    return fields.slice(first, last).reduce((total, ticks) => total + ticks, 0) * 10;
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const alive = children.reduce((total, child) => total + (existsSync(`/proc/${child}`) ? sum(child, 11, 13) : 0), 0);
  return sum(pid, 11, 15) + alive;
}

async function measure(server, count) {
  const address = await server.database(`workers_${count}_${process.hrtime.bigint()}`);
  const message = ['--from', '+14165550199', '--body', 'Hi {{ name }}'];
  await start(address, 'batch', list, ...message, '--concurrency', '64', '--yes', '--quiet', '--enqueue');
  const size = () => server.ask(address, `select pg_total_relation_size('volley.messages')::float8 as bytes`);
  const [[before]] = [await size()];
  await stats();
  const serverBefore = serverTime(server.pid());
  const workers = Array.from({ length: count }, () =>
    start(address, 'worker', '--drain', '--quiet', '--concurrency', '64'),
  );
  const times = await Promise.all(workers);
  const serverAfter = serverTime(server.pid());
  const { messages, firstAt, lastAt } = await stats();
  if (messages !== Number(rows)) throw new Error(`${messages} requests for ${rows} messages`);
  const [[after], [{ dead, swept }]] = [
    await size(),
    await server.ask(
      address,
      `select n_dead_tup::int as dead, autovacuum_count::int as swept from pg_stat_user_tables
        where relid = 'volley.messages'::regclass`,
    ),
  ];
  return {
    workers: count,
    'a second': Math.round((1000 * messages) / (lastAt - firstAt)),
    'worker ms each': Number((times.reduce((sum, ms) => sum + ms, 0) / messages).toPrecision(3)),
    'server ms each': Number(((serverAfter - serverBefore) / messages).toPrecision(3)),
    'bytes each before': Math.round(before.bytes / messages),
    'bytes each after': Math.round(after.bytes / messages),
    'dead rows': dead,
    'times swept': swept,
  };
}

const server = await startDatabase();
try {
  const found = [];
  for (let round = 0; round < 2; round++) for (const count of [1, 2, 4]) found.push(await measure(server, count));
  console.table(found);
} finally {
  await server.stop();
  provider.kill();
  rmSync(folder, { recursive: true });
}
