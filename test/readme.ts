import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tempFolder } from './context.ts';
import { simulated } from './e2e/volley.ts';
import { newDatabase } from './new-database.ts';

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '..');
/** The text of the README. */
export const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The blocks of the README in a language, in their order. */
export const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? '');

/** Where the block's commands are found: volley, which writes down how each run ended, and no need to make a database. */
function programs(): { readonly path: string; readonly ends: () => string[] } {
  const path = tempFolder();
  const log = join(path, 'ends');
  const volley = `"${process.execPath}" "${join(root, 'bin/volley.js')}" "$@"`;
  // A worker is killed by its number, so it must be the process itself.
  const script = `[ "$1" = worker ] && exec ${volley}\n${volley}; code=$?; echo "$1 $code" >> "${log}"; exit $code\n`;
  writeFileSync(join(path, 'volley'), `#!/bin/sh\n${script}`, { mode: 0o755 });
  writeFileSync(join(path, 'createdb'), '#!/bin/sh\n', { mode: 0o755 });
  return { path, ends: () => readFileSync(log, 'utf8').trim().split('\n') };
}

/** Runs a block in a shell, in a folder with the samples; account, server and database are the test's. */
export async function runBlock(block: string) {
  const { simulator, env, folder } = await simulated();
  const { path, ends } = programs();
  cpSync(join(root, 'samples'), join(folder, 'samples'), { recursive: true });
  // What a dead worker left is looked for so long: a minute is too much for a test.
  writeFileSync(join(folder, 'volley.toml'), 'settle = "1s"\n');
  const script = block
    .replace('AC…', env.TWILIO_ACCOUNT_SID)
    .replace('TWILIO_AUTH_TOKEN=…', `TWILIO_AUTH_TOKEN=${env.TWILIO_AUTH_TOKEN}`)
    .replace('postgres://localhost/volley', await newDatabase());
  const environment = { PATH: `${path}:${process.env['PATH']}`, HOME: folder, ...env };
  const child = spawn('sh', ['-c', script], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  const sent = simulator.truth().map(({ to }) => to);
  await simulator.close();
  return { stdout, stderr, ends: ends(), sent };
}

/** What commands end with when all goes as the README says; 3: the list has wrong rows in it. */
export const expectedEnds: Readonly<Record<string, readonly string[]>> = {
  'The first message': ['send 0', 'campaigns 0'],
  'A list': ['check 3', 'batch 3'],
  'More than one machine': ['batch 0', 'report 0'],
};

/** The block under a heading that a shell runs. */
export function shellBlock(heading: string): string {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(section.split('\n## ')[0] ?? '') ?? [];
  return block;
}
