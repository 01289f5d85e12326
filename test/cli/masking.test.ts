import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { maskNumbers } from '../../src/core/recipient/mask.ts';
import { testContext } from '../context.ts';

const sender = '+14155600199';
const german = '4915112345680';
const numbers = ['+14155552671', '+14155552672', '+447400123456', `+${german}`, sender];
const list = [
  'to,name',
  '+14155552671,Ada who is +14155552671',
  '+14155552672,Grace',
  `${german},lost its plus`,
  `+${german},twice`,
  `${sender},the sender`,
  '+447400123456,Zoe',
].join('\n');

/** A world in which one number is refused, and one has opted out. */
function world() {
  const made = testContext({
    script: ({ to, from = '' }) =>
      to.endsWith('2')
        ? { kind: 'rejected', code: 21606, reason: `from ${from} to ${to} there is no route` }
        : undefined,
  });
  made.file('volley.toml', `[defaults]\nfrom = "${sender}"\n`);
  made.file('list.csv', list);
  made.file('out.csv', `to\n+447400123456\n${german}\n`);
  return made;
}

type Run = readonly [argv: readonly string[], isResultJson?: true];

const file = 'list.csv';
const runs: readonly Run[] = [
  [['opt-out', 'add', '+447400123456', '--sender', sender]],
  [['opt-out', 'add', german]],
  [['opt-out', 'import', 'out.csv']],
  [['opt-out', 'list']],
  [['opt-out', 'list', '--json'], true],
  [['check', file, '--body', 'Hi {{ name }}']],
  [['check', file, '--body', 'Hi {{ name }}', '--json'], true],
  [['check', file, '--body', 'Hi', '--online']],
  [['batch', file, '--body', 'Hi', '--campaign', 'c', '--yes', '--verbose', '--max-invalid', '90%']],
  [['report', 'c']],
  [['report', 'c', '--failed']],
  [['report', 'c', '--json'], true],
  [['report', 'c', '--output', 'ndjson'], true],
  [['report', 'c', '--csv', '-'], true],
  [['send', '--to', german, '--body', 'Hi']],
  [['send', '--to', german, '--body', 'Hi', '--json']],
  [['send', '--to', sender, '--body', 'Hi']],
  [['send', '--to', '+14155552672', '--body', 'Hi']],
  [['send', '--to', '+14155552671', '--body', 'Hi', '--json'], true],
  [['send', '--to', '+14155552671', '--from', '+14155552672', '--from', '+14155552671', '--body', 'Hi']],
  [['report', '+14155552671']],
  [['doctor']],
];

/** Runs all of it, one after the other in one world, in the folder of its files. */
async function outputs(more: readonly string[] = []) {
  const { context, folder, stdout, stderr } = world();
  const all: { argv: readonly string[]; out: string; err: string; isJson: boolean }[] = [];
  for (const [argv, isJson = false] of runs) {
    const whole = argv.map((word) => (word.endsWith('.csv') ? join(folder, word) : word));
    await main([...whole, ...more], context);
    all.push({ argv, out: stdout.splice(0).join('\n'), err: stderr.splice(0).join('\n'), isJson });
  }
  return { all, folder };
}

/** A number as its digits, wherever a line is broken. */
const digitsIn = (text: string): string => text.replace(/\s+/g, ' ');

describe('a number', () => {
  it('is never masked beside its full self', async () => {
    const { all } = await outputs();
    for (const { argv, out, err, isJson } of all) {
      // What is for people is on one screen; what is for programs goes elsewhere.
      for (const text of isJson ? [out, err] : [`${out}\n${err}`]) {
        for (const number of numbers) {
          const isMasked = [number, number.slice(1)].some((form) => text.includes(maskNumbers(form)));
          const isWhole = digitsIn(text).includes(number.slice(1));
          expect([argv, number, isMasked && isWhole]).toEqual([argv, number, false]);
        }
      }
    }
  });

  it('is masked on every screen and in every error, and whole in results for programs', async () => {
    const { all } = await outputs();
    for (const { argv, out, err, isJson } of all) {
      const screen = isJson ? err : `${out}\n${err}`;
      expect([argv, numbers.filter((number) => digitsIn(screen).includes(number.slice(1)))]).toEqual([argv, []]);
      if (isJson) expect([argv, out.includes('•••')]).toEqual([argv, false]);
    }
  });

  it('is whole everywhere with --show-pii', async () => {
    const { all } = await outputs(['--show-pii']);
    for (const { argv, out, err } of all) expect([argv, (out + err).includes('•••')]).toEqual([argv, false]);
    const said = all.map(({ out, err }) => out + err).join('\n');
    for (const number of numbers) expect(said).toContain(number);
  });

  it('is masked in the log, whatever is logged', async () => {
    const { folder } = await outputs(['--log-file', 'log']);
    const log = readFileSync(join(folder, 'log'), 'utf8');
    expect(log).toContain('•••');
    for (const number of numbers) expect(log).not.toContain(number.slice(1));
  });
});
