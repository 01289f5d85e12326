import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';

const rejected = { kind: 'rejected', code: 21_408, reason: 'Permission to send an SMS has not been enabled' } as const;

const name = 'a-campaign-with-a-name-of-forty-letters';

const list = `phone,first_name,what
+14155550101,Ada,spring is here and so are we
+14155550102,Bob,
+14155550103,Cid,spring is here
bad,Dee,spring
+14155550105x2,Eve,spring
`;

/** A folder in which a campaign went half well, at a terminal of this width. */
async function world(columns: number) {
  const made = testContext({
    env: { NO_COLOR: '1' },
    script: ({ to }) =>
      to.endsWith('3') ? rejected : { kind: 'accepted', sid: `SM${'0'.repeat(30)}${to.slice(-2)}`, status: 'queued' },
  });
  const terminal = { canAsk: false, stdoutIsTty: true, stderrIsTty: true, columns };
  const context = { ...made.context, terminal };
  const volley = (...argv: string[]) => main(argv, context);
  const file = made.file('customers-of-the-northern-branch.csv', list);
  const text = ['--from', from, '--body', 'Hi {{ first_name }}, {{ what }}', '--campaign', name];
  await volley('batch', file, ...text, '--yes');
  await volley('opt-out', 'add', '+14155550109', '--source', 'a phone call on a rainy Monday in the northern branch');
  made.stdout.length = 0;
  made.stderr.length = 0;
  return { ...made, volley, file, text };
}

/** What commands print, on both streams, as lines. */
async function printed(columns: number, argv: readonly string[]): Promise<string[]> {
  const { volley, file, text, stdout, stderr, folder } = await world(columns);
  await volley(...argv.flatMap((word) => (word === 'FILE' ? [file] : word === 'TEXT' ? text : [word])));
  return [...stdout, ...stderr].join('\n').replaceAll(folder, '/tmp/folder').split('\n');
}

const wordsOf = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.split(/\s+/)).filter((word) => word !== '');

describe.each([60, 80, 100])('at %i columns', (columns) => {
  it.each<[string]>([
    ['campaigns'],
    [`report ${name}`],
    ['check FILE TEXT'],
    ['batch FILE TEXT --yes --again'],
    ['help consent'],
    ['send --to +1 --from 1'],
    ['send --to +14155550103 --from 12345 --body Hi'],
    [`report ${name} --failed`],
    [`recall ${name}`],
    ['opt-out list'],
    ['config list --show-origin'],
    ['doctor'],
    ['explain 30007'],
    ['purge'],
    [`verify ${name}`],
    [`track ${name} --for 1s`],
    [`watch ${name}`],
    ['templates list'],
    ['replies'],
    ['workers'],
    ['init fresh'],
  ])('%s is within the width, and cuts no word', async (line) => {
    const argv = line.split(' ');
    const [lines, whole] = [await printed(columns, argv), await printed(10_000, argv)];
    expect(lines.join('')).not.toBe('');
    expect(lines.filter((text) => stringWidth(text) > columns)).toEqual([]);
    const known = new Set(wordsOf(whole));
    // What is cut on purpose ends with …; a command line is continued with \.
    expect(wordsOf(lines).filter((word) => !known.has(word) && !/…|^\\$|^█/.test(word))).toEqual([]);
  });
});
