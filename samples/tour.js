// What volley does with a list as people really have it, step by step, on the built-in Twilio:
// files, numbers, words, segments, cost, consent, quiet hours, approval, recall and events.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { startSimulator } from '../dist/index.js';

const volley = join(import.meta.dirname, '../bin/volley.js');
const sample = (name) => join(relative(process.cwd(), import.meta.dirname), name);
const folder = mkdtempSync(join(tmpdir(), 'volley-tour-'));
const plan = join(folder, 'plan.json');
const simulator = await startSimulator();
const env = {
  ...process.env,
  VOLLEY_API_URL: simulator.url,
  VOLLEY_LEDGER: join(folder, 'ledger.db'),
  TWILIO_ACCOUNT_SID: simulator.accountSid,
  TWILIO_AUTH_TOKEN: simulator.authToken,
};

/** Runs one command as a reader would type it; the tour fails when it ends otherwise than expected. */
async function step(about, expected, args, input = '') {
  console.log(`\n# ${about}\n$ volley ${args.map((arg) => (/[\s{*]/.test(arg) ? `'${arg}'` : arg)).join(' ')}\n`);
  const child = spawn(process.execPath, [volley, ...args], { env, stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  if (status === expected) return;
  console.error(`The tour expected exit code ${expected} and got ${status}.`);
  process.exitCode = 1;
}

const list = [sample('appointments.csv'), '--map', 'to=Mobil', '--country', 'DE', '--from', '+4915799912345'];
const text = ['--template', sample('appointment.liquid'), '--locale', 'de-DE'];
const service = `MG${'0'.repeat(32)}`;

await step('Who has opted out is never texted again.', 0, ['opt-out', 'import', sample('opted-out.csv')]);
await step('A list from Excel: every problem, and what was repaired.', 3, ['check', ...list, ...text, '--online']);
await step('Plain punctuation keeps it short; nobody is texted at night.', 3, [
  ...['check', ...list, ...text, '--ascii-punctuation', '--online', '--json'],
  ...['--quiet-hours', '20:00-08:00', '--timezone-column', 'Zeitzone'],
]);
await step('The budget holds.', 6, ['batch', ...list, ...text, '--max-cost', '0.10', '--yes']);
await step('One person plans …', 3, ['batch', ...list, ...text, '--ascii-punctuation', '--plan', plan, '--quiet']);
await step('… and another one sends exactly that.', 3, ['batch', '--apply', plan, '--yes']);
await step('What is scheduled can be called back.', 0, [
  ...['send', '--to', '+4915112345678', '--messaging-service-sid', service, '--body', 'Bis gleich!'],
  ...['--send-at', '+2h', '--campaign', 'soon'],
]);
await step('Like this.', 0, ['recall', 'soon']);
await step(
  'Events, each once, whatever is delivered twice.',
  3,
  ['stream', '--from', '+14155550199', '--body', 'Hi {{ name | name }}, order {{ order }} has left us.'],
  readFileSync(sample('events.ndjson')),
);
await simulator.close();
rmSync(folder, { recursive: true });
