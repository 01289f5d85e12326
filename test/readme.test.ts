import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.ts';
import { verbs } from '../src/cli/verbs.ts';
import { testContext } from './context.ts';

const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? '');

describe('the README', () => {
  it('shows a config that is one', async () => {
    const { context, file, stdout } = testContext();
    for (const text of blocks('toml')) {
      file('volley.toml', text);
      expect(await main(['config', 'list', '--json', '--profile', 'staging'], context)).toBe(0);
    }
    expect(stdout.join('')).toMatch(/"quiet_hours","value":"21:00-08:00"/);
  });

  it('names every command', () => {
    for (const { name } of verbs) expect(readme, name).toMatch(new RegExp(`\`(volley )?${name}\\b`));
  });

  it('uses only flags and scripts that there are', async () => {
    const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    for (const [, script = ''] of readme.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    const known = new Set(['--version', '--kills', '--crashes', '--rows', '--seed', '--schedules', '--senders']);
    for (const { name } of verbs) {
      const { context, stdout } = testContext();
      await main([name, '--help'], context);
      for (const [flag] of stdout.join('\n').matchAll(/--[a-z][\w-]+/g)) known.add(flag);
    }
    const used = new Set([...readme.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag));
    expect([...used].filter((flag) => !known.has(flag))).toEqual([]);
  });
});
