import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { topics } from '../src/cli/help/topics.ts';
import { main } from '../src/cli/main.ts';
import { verbs } from '../src/cli/verbs.ts';
import { tempFolder, testContext } from './context.ts';
import { simulated } from './e2e/volley.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? '');

const isForNpm = (block: string): boolean => block.split('\n').every((line) => line === '' || line.startsWith('npm '));

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
async function runBlock(block: string) {
  const { simulator, env, folder } = await simulated();
  const { path, ends } = programs();
  cpSync(join(root, 'samples'), join(folder, 'samples'), { recursive: true });
  // What a dead worker left is looked for so long: a minute is too much for a test.
  writeFileSync(join(folder, 'volley.toml'), 'settle = "1s"\n');
  const script = block
    .replace('AC…', env.TWILIO_ACCOUNT_SID)
    .replace('TWILIO_AUTH_TOKEN=…', `TWILIO_AUTH_TOKEN=${env.TWILIO_AUTH_TOKEN}`)
    .replace('postgres://localhost/volley', await (await fetch(inject('databases'))).text());
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
const expectedEnds: Readonly<Record<string, readonly string[]>> = {
  'The first message': ['send 0', 'campaigns 0'],
  'A list': ['check 3', 'batch 3'],
  'More than one machine': ['batch 0', 'report 0'],
};

/** The block under a heading that a shell runs. */
function shellBlock(heading: string): string {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(section.split('\n## ')[0] ?? '') ?? [];
  return block;
}

describe('the README', () => {
  it('has no block that is not run, or compared with what it shows, below', () => {
    const run = Object.keys(expectedEnds).map(shellBlock);
    expect(blocks('sh').filter((block) => !isForNpm(block))).toEqual(run);
    expect([...readme.matchAll(/^```(\w+)$/gm)].map(([, language]) => language)).not.toContain('console');
    expect([blocks('').length, blocks('js').length, blocks('toml').length]).toEqual([1, 1, 1]);
  });

  it.concurrent('sends the first message', async () => {
    const { ends, sent, stdout } = await runBlock(shellBlock('The first message'));
    expect([ends, sent]).toEqual([expectedEnds['The first message'], ['+14155550100']]);
    expect(stdout).toMatch(/accepted {2}SM[0-9a-f]{32}/);
  });

  it.concurrent('shows what the list comes to', async () => {
    const { ends, sent, stdout } = await runBlock(shellBlock('A list'));
    expect([ends, sent]).toEqual([expectedEnds['A list'], []]);
    const report = stdout.slice(stdout.indexOf('opening  238 rows'));
    for (const part of blocks('')[0]?.split('  …\n') ?? []) expect(report).toContain(part);
  });

  it.concurrent('finishes a campaign with three workers of which one dies', { timeout: 150_000 }, async () => {
    const { ends, sent, stdout } = await runBlock(shellBlock('More than one machine'));
    expect(ends).toEqual(expectedEnds['More than one machine']);
    const count = (state: string) =>
      Number(new RegExp(`${state} +(\\d+)`).exec(stdout.slice(stdout.lastIndexOf('238 rows')))?.[1] ?? 0);
    // What the dead worker had claimed and not sent yet is unknown for good, unless somebody asks to send it again.
    expect([sent.length, count('accepted') + count('unknown')]).toEqual([count('accepted'), 231]);
    expect(new Set(sent).size).toBe(sent.length);
  });

  it('shows a part of a program that is run', () => {
    expect(readFileSync(join(root, 'samples/library.js'), 'utf8')).toContain(blocks('js')[0]);
  });

  it('and the page about it show a config that is one', async () => {
    const { context, file, stdout } = testContext();
    const lines = topics['config']?.split('\n').filter((line) => line.startsWith('  ')) ?? [];
    const page = lines.join('\n');
    for (const text of [...blocks('toml'), page]) {
      file('volley.toml', text);
      expect(await main(['config', 'list', '--json', '--profile', 'staging'], context)).toBe(0);
      expect(stdout.at(-1)).toMatch(/"quiet_hours","value":"21:00-08:00"/);
    }
  });

  it('names every command and every page of help', () => {
    for (const { name } of verbs) expect(readme, name).toMatch(new RegExp(`\`(volley )?${name}\\b`));
    for (const name of Object.keys(topics)) expect(readme, name).toMatch(new RegExp(`\`(volley help )?${name}\``));
  });

  it('and the pages of help use only flags and scripts that there are', async () => {
    const text = [readme, ...Object.values(topics)].join('\n');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    const known = new Set([
      '--version',
      '--install',
      '--kills',
      '--crashes',
      '--rows',
      '--seed',
      '--schedules',
      '--senders',
      '--workers',
      '--network',
      '--record',
    ]);
    for (const flag of flagsOfOthers) known.add(flag);
    for (const { name } of verbs) {
      const { context, stdout } = testContext();
      await main([name, '--help'], context);
      for (const [flag] of stdout.join('\n').matchAll(/--[a-z][\w-]+/g)) known.add(flag);
    }
    const used = new Set([...text.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag));
    expect([...used].filter((flag) => !known.has(flag))).toEqual([]);
  });
});

/** Of npm, pg_dump, pg_restore and systemctl. */
const flagsOfOthers = ['--omit', '--format', '--file', '--dbname', '--now'];
