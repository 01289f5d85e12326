import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { topics } from '../src/cli/help/topics.ts';
import { main } from '../src/cli/main.ts';
import { verbs } from '../src/cli/verbs.ts';
import { testContext } from './context.ts';
import { blocks, expectedEnds, readme, root, runBlock, shellBlock } from './readme.ts';

const isForNpm = (block: string): boolean => block.split('\n').every((line) => line === '' || line.startsWith('npm '));

describe('the README', () => {
  it('has no block that is not run, here or with the workers that are killed, or compared with what it shows', () => {
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
