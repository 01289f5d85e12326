// Figures for the README: throughput and memory of a whole run, and the time to start.
// Each run is the real binary against the simulator in a process of its own. Quote the ratios: machines differ.
//   npm run bench -- [rows] [rows]      default: 10000 and 200000
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SegmentedMessage } from 'sms-segments-calculator';
import { countSegments } from '../../dist/core/text/segments.js';
import { signCallback } from '../../dist/simulator/callbacks.js';

const volley = join(import.meta.dirname, '../../bin/volley.js');
const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
const [few = 10_000, many = 200_000] = process.argv.slice(2).map(Number);

async function writeList(rows) {
  const file = join(folder, `${rows}.csv`);
  const stream = createWriteStream(file);
  stream.write('to,name\n');
  for (let i = 0; i < rows; i++) {
    if (!stream.write(`+1415${String(i).padStart(7, '0')},Ada ${i}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return file;
}

async function startSimulator() {
  const child = spawn(process.execPath, [volley, 'simulate', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { url, accountSid, authToken } = JSON.parse(line);
  return { child, env: { VOLLEY_API_URL: url, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } };
}

/** Runs a campaign; the peak memory is the process's own account of itself. */
async function measure(rows) {
  const file = await writeList(rows);
  const simulator = await startSimulator();
  const startedAt = performance.now();
  const report = `process.on('exit', () => process.send?.(process.resourceUsage().maxRSS))`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(report)}`, volley, 'batch', file];
  const options = [
    '--from',
    '+14165550199',
    '--body',
    'Hi {{ name }}',
    '--yes',
    '--quiet',
    '--concurrency',
    '64',
    '--ledger',
    join(folder, `${rows}.db`),
  ];
  const child = spawn(process.execPath, [...args, ...options], {
    env: { ...process.env, ...simulator.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const peak = once(child, 'message');
  const [code] = await once(child, 'exit');
  const seconds = (performance.now() - startedAt) / 1000;
  simulator.child.kill();
  if (code !== 0) throw new Error(`the run of ${rows} rows ended with ${code}`);
  return { seconds, megabytes: (await peak)[0] / 1024 };
}

/** Signed callbacks a second, 64 at once, each on disk before it is answered. */
async function callbacksPerSecond(count) {
  const token = 'a token of the bench';
  const url = 'https://example.com/twilio';
  const child = spawn(
    process.execPath,
    [volley, 'listen', '--public-url', url, '--port', '0', '--json', '--ledger', join(folder, 'callbacks.db')],
    {
      env: { ...process.env, TWILIO_AUTH_TOKEN: token },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const { port } = JSON.parse((await once(child.stdout, 'data'))[0]);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let next = 0;
  const post = async (n) => {
    const form = { MessageSid: `SM${n.toString(16).padStart(32, '0')}`, MessageStatus: 'delivered' };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signCallback(token, url, form),
    };
    const outgoing = request({ agent, port, host: '127.0.0.1', path: '/twilio', method: 'POST', headers });
    outgoing.end(new URLSearchParams(form).toString());
    const [answer] = await once(outgoing, 'response');
    await once(answer.resume(), 'end');
    if (answer.statusCode !== 200) throw new Error(`a callback was answered with ${answer.statusCode}`);
  };
  const work = async () => {
    while (next < count) await post(next++);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 64 }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  child.kill();
  return count / seconds;
}

function medianStart(args) {
  const times = Array.from({ length: 9 }, () => {
    const startedAt = performance.now();
    spawnSync(process.execPath, args);
    return performance.now() - startedAt;
  });
  return times.sort((a, b) => a - b)[4];
}

/** Texts counted a second, as they come: most in GSM-7, some of several segments, one in ten in UCS-2. */
function countsPerSecond(count, texts) {
  const startedAt = performance.now();
  for (const text of texts) count(text);
  return (texts.length / (performance.now() - startedAt)) * 1000;
}

const text = (i) =>
  `Hi Ada ${i}, we open at nine${i % 10 === 0 ? ' – come by' : ''}.${i % 5 === 0 ? ' And more.'.repeat(15) : ''}`;
const texts = Array.from({ length: 500_000 }, (_, i) => text(i));
const ours = countsPerSecond(countSegments, texts);
const theirs = countsPerSecond((body) => new SegmentedMessage(body).segmentsCount, texts.slice(0, 2000));
console.log(
  `segments: ${Math.round(ours / 1000)} thousand texts a second, ${Math.round(ours / theirs)} times Twilio's calculator`,
);

console.log(`callbacks: ${Math.round(await callbacksPerSecond(10_000))} a second, each on disk before its answer`);

const small = await measure(few);
const large = await measure(many);
for (const [rows, { seconds, megabytes }] of [
  [few, small],
  [many, large],
]) {
  console.log(
    `${rows} rows: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} a second, ${megabytes.toFixed(0)} MB at most`,
  );
}
console.log(`memory at ${many} rows: ${(large.megabytes / small.megabytes).toFixed(2)} times that at ${few}`);
console.log(
  `volley --version: ${(medianStart([volley, '--version']) / medianStart(['-e', '0'])).toFixed(2)} times the start of node itself`,
);
rmSync(folder, { recursive: true });
