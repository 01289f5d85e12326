import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, exitCodes } from '../src/errors.ts';
import { run } from './cli/volley.ts';

/** What a run may exit with: without an error 0 or 3, else the code of its error. */
const all = [...new Set([0, 3, ...Object.values(exitCodes)])].sort((a, b) => a - b);

/** How each list names the kinds of errors, so that no code can stand beside the words of another. */
const words: Readonly<Record<ErrorCode, RegExp>> = {
  bug: /bug/,
  usage: /usage/,
  config: /config|usage/,
  input: /input/,
  credentials: /credentials/,
  unreachable: /out of reach/,
  rule: /refused by a rule/,
  held: /another run holds/,
  open: /open/,
  storage: /open/,
  interrupted: /interrupted/,
};

const readme = async () => readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8');

describe('the exit codes', () => {
  it.each<[string, () => Promise<string>, RegExp, RegExp]>([
    ['the README', readme, /^Exit codes: ([\s\S]*?)\.$/m, /(\d+) ([\w\s]+?)(?=,|$)/g],
    ['volley help exit-codes', async () => (await run(['help', 'exit-codes'])).out, /([\s\S]*)/, /^- (\d+): (.*)$/gm],
    [
      'volley --help',
      async () => (await run(['--help'])).out,
      /^Exit codes: ([\s\S]*?)\.$/m,
      /(\d+) ([\w\s]+?)(?=,|$)/g,
    ],
  ])('are those of the table in %s', async (_, read, part, entry) => {
    const [, list = ''] = part.exec(await read()) ?? [];
    const about = new Map([...list.matchAll(entry)].map(([, code, text = '']) => [Number(code), text]));
    expect([...about.keys()]).toEqual(all);
    for (const [name, code] of Object.entries(exitCodes)) {
      expect(about.get(code)?.replace(/\s+/g, ' '), name).toMatch(words[name as ErrorCode]);
    }
  });
});
