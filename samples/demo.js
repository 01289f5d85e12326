// The main job in a minute, with no account: a campaign from a CSV file to its report,
// over real HTTP against the built-in Twilio, recorded in a ledger of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const volley = join(import.meta.dirname, '../bin/volley.js');
const samples = relative(process.cwd(), import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), 'volley-demo-'));
const ledger = join(folder, 'ledger.db');

/** Runs one command as a reader would type it; the demo fails when it ends otherwise than expected. */
function run(expected, ...args) {
  console.log(`\n$ volley ${args.map((arg) => (/[\s{]/.test(arg) ? `'${arg}'` : arg)).join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [volley, ...args, '--simulate', '--ledger', ledger], {
    stdio: 'inherit',
  });
  if (status !== expected) {
    console.error(`The demo expected exit code ${expected} and got ${status}.`);
    process.exitCode = 1;
  }
}

const list = [
  `${samples}/customers.csv`,
  '--template',
  `${samples}/reminder.liquid`,
  '--map',
  'to=phone',
  '--from',
  '+14155550199',
];

run(3, 'check', ...list);
run(3, 'batch', ...list, '--campaign', 'reminder', '--rate', '80');
run(0, 'batch', ...list, '--campaign', 'reminder', '--quiet');
run(0, 'campaigns');

console.log('\nThe second batch sent nothing: every customer in it had been texted already.');
rmSync(folder, { recursive: true });
