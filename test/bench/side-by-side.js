// volley beside what it takes the place of: a loop over Twilio's SDK, a bare loop over got, curl with xargs. All on the
// same provider in turn, several rounds; says ratios with their spread, since machines differ. Writes bench.json.
//   node test/bench/side-by-side.js [rows] [rounds]      default: 8000 and 3
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [rows = 8000, rounds = 3] = process.argv.slice(2).map(Number);
const here = import.meta.dirname;
const volley = join(here, '../../bin/volley.js');
const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
const account = { TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'a token of the bench' };
const clean = { PATH: process.env.PATH, HOME: folder };
let ledgers = 0;

function list(count) {
  const file = join(folder, `${count}.csv`);
  const lines = Array.from({ length: count }, (_, i) => `+1415${String(i).padStart(7, '0')},Ada ${i}`);
  writeFileSync(file, `to,name\n${lines.join('\n')}\n`);
  return file;
}

const batch = (file, concurrency) => [
  process.execPath,
  [
    volley,
    'batch',
    file,
    '--from',
    '+14165550199',
    '--body',
    'Hi {{ name }}',
    '--yes',
    '--quiet',
    '--again',
    '--concurrency',
    String(concurrency),
    '--ledger',
    join(folder, `${++ledgers}.db`),
  ],
];
const peer = (name) => (file, concurrency) => [
  process.execPath,
  [join(here, 'peers', name), file, String(concurrency)],
];
const curl = (file, concurrency) => [
  'sh',
  [
    '-c',
    `tail -n +2 "$1" | tr ',' '\\n' | xargs -n 3 -P ${concurrency} sh -c \
    'curl -sS -o /dev/null -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" --data-urlencode "To=$0" -d From=+14165550199 \
    --data-urlencode "Body=Hi $1 $2" "$BENCH_URL/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/Messages.json"'`,
    'sh',
    file,
  ],
];

async function startProvider(latencyMs) {
  const child = spawn(process.execPath, [join(here, 'provider.js'), String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const url = String(line).trim();
  return { url, stats: async () => (await fetch(`${url}/stats`)).json(), stop: () => child.kill() };
}

/** The processor time that a process of Node's used, by its own account, in seconds. */
const accountOfItself = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { userCPUTime, systemCPUTime } = process.resourceUsage(); process.send?.(userCPUTime + systemCPUTime); })",
)}`;

async function run([command, args], provider) {
  const isNode = command === process.execPath;
  const startedAt = performance.now();
  const child = spawn(command, isNode ? ['--import', accountOfItself, ...args] : args, {
    env: { ...clean, ...account, VOLLEY_API_URL: provider.url, BENCH_URL: provider.url },
    stdio: isNode ? ['ignore', 'ignore', 'inherit', 'ipc'] : ['ignore', 'ignore', 'inherit'],
  });
  let cpuSeconds = 0;
  child.on('message', (micros) => {
    cpuSeconds = micros / 1e6;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds, ...(await provider.stats()) };
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];
const spread = (values) =>
  `${median(values).toFixed(2)} (${sorted(values)[0].toFixed(2)}–${sorted(values).at(-1).toFixed(2)})`;

/** Runs each in turn, `rounds` times over. */
async function compare(title, commands, provider) {
  const results = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) results[name].push(await run(command(), provider));
  }
  console.log(title);
  const base = Object.keys(commands)[1];
  for (const [name, runs] of Object.entries(results)) {
    const ratios = runs.map(({ seconds }, i) => results[base][i].seconds / seconds);
    const cpu = runs.map(({ cpuSeconds }, i) => cpuSeconds / results[base][i].cpuSeconds);
    const rate = median(runs.map(({ messages, seconds }) => messages / seconds));
    const parts = [`${Math.round(rate)} a second`, `${spread(ratios)} times ${base}`];
    if (runs[0].cpuSeconds > 0 && results[base][0].cpuSeconds > 0) parts.push(`${spread(cpu)} of its processor time`);
    console.log(`  ${name.padEnd(8)} ${parts.join(', ')}`);
  }
  return results;
}

const found = {};
const instant = await startProvider(0);
const file = list(rows);
const few = list(300);
found.throughput = await compare(
  `${rows} messages, 64 at once, a provider that answers at once; the whole run, plan and ledger included`,
  { volley: () => batch(file, 64), sdk: () => peer('sdk.js')(file, 64), got: () => peer('got.js')(file, 64) },
  instant,
);
found.curl = await compare(
  '300 messages, 64 at once',
  { volley: () => batch(few, 64), curl: () => curl(few, 64) },
  instant,
);
const one = list(1);
found.one = await compare(
  'one message by a new process',
  {
    volley: () => [
      process.execPath,
      [
        volley,
        'send',
        '--to',
        '+14155550100',
        '--from',
        '+14165550199',
        '--body',
        'Hi',
        '--quiet',
        '--ledger',
        join(folder, 'one.db'),
      ],
    ],
    sdk: () => peer('sdk.js')(one, 1),
  },
  instant,
);
instant.stop();

const latencyMs = 80;
const slow = await startProvider(latencyMs);
found.latency = {};
for (const concurrency of [16, 50, 100, 160]) {
  const limit = (1000 / latencyMs) * concurrency;
  const long = list(Math.round(limit * 8));
  const runs = [];
  for (let round = 0; round < rounds; round++) runs.push(await run(batch(long, concurrency), slow));
  found.latency[concurrency] = runs;
  // From the first request to the last answer: what planning takes is measured above.
  const shares = runs.map(({ messages, firstAt, lastAt }) => messages / ((lastAt - firstAt) / 1000) / limit);
  const most = Math.max(...runs.map(({ mostOut }) => mostOut));
  console.log(
    `${latencyMs} ms, ${concurrency} at once: ${spread(shares)} of ${limit} a second; at most ${most} were out`,
  );
}
slow.stop();
writeFileSync('bench.json', `${JSON.stringify({ rows, rounds, node: process.version, found }, null, 2)}\n`);
rmSync(folder, { recursive: true });
