import { describe, expect, it } from 'vitest';
import { formatPage } from '../../src/cli/help/format-page.ts';
import { topics } from '../../src/cli/help/topics.ts';
import { main } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { testContext } from '../context.ts';
import { run } from './volley.ts';

/** The help of a command, or of volley, at a width. */
async function helpOf(name: string, columns: number): Promise<string[]> {
  const { context, stdout } = testContext();
  await main([name, '--help'].filter(Boolean), { ...context, terminal: { ...context.terminal, columns } });
  return stdout;
}

/** Lines that are cut at this width; a word alone on its line cannot be broken. */
const tooLong = (lines: readonly string[], columns: number): string[] =>
  lines.filter((line) => line.length > columns && /\S\s+\S/.test(line));

/** The words, but for what continues a command line. */
const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => !['', '\\'].includes(word));

describe('help', () => {
  it('lists every command, shows how to begin and what exit codes mean', async () => {
    for (const argv of [[], ['--help']]) {
      const { code, out } = await run(argv);
      expect(code).toBe(0);
      for (const verb of ['send', 'batch', 'check', 'resume', 'campaigns', 'report', 'config', 'doctor', 'simulate']) {
        expect(out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
      }
    }
  });

  it.each(['send', 'batch', 'check', 'resume', 'campaigns', 'report', 'config', 'doctor', 'simulate'])(
    'of %s names its options',
    async (verb) => {
      const { code, out } = await run([verb, '--help']);
      expect([code, out.includes('--json')]).toEqual([0, true]);
    },
  );

  it.each([[['--simulate']], [['--ledger', 'x.db']], [['--profile=staging', '-v']], [['--quiet', '--no-input']]])(
    'is shown for %j alone, as for nothing',
    async (argv) => {
      const [alone, nothing] = [await run(argv), await run([])];
      expect([alone.code, alone.out]).toEqual([nothing.code, nothing.out]);
      expect(alone.out).toContain('Start here:');
    },
  );

  it.each([
    [['--profile'], /--profile is given without a value/],
    [['--color', 'pink'], /must be auto, always or never/],
    [['--simulat'], /has no option --simulat\./],
  ])('is not what %j asks for', async (argv, message) => {
    const { code, said } = await run(argv);
    expect([code, said]).toEqual([2, expect.stringMatching(message)]);
  });

  it('has a flag for every message parameter', async () => {
    const { out } = await run(['send', '--help']);
    for (const flag of [
      '--to',
      '--from',
      '--messaging-service-sid',
      '--media-url',
      '--send-at',
      '--content-variable',
      '--param',
      '--risk-check',
    ]) {
      expect(out).toContain(flag);
    }
  });

  it('names the faults of the simulator', async () => {
    expect((await run(['simulate', '--help'])).out).toMatch(/reset-after-create +connection reset after/);
  });

  it.each(Object.keys(topics))('has the page %s, which fits a terminal and loses no word', async (name) => {
    const page = topics[name] ?? '';
    const { code, stdout } = await run(['help', name]);
    expect([code, stdout]).toEqual([0, formatPage(page, 80).split('\n')]);
    for (const columns of [60, 80]) {
      const lines = formatPage(page, columns).split('\n');
      expect(tooLong(lines, columns)).toEqual([]);
      expect(wordsOf(lines.join(' '))).toEqual(wordsOf(page));
    }
  });

  it('names every page where it lists the commands', async () => {
    const { out } = await run(['--help']);
    for (const name of Object.keys(topics)) expect(out).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('wraps items of a list under their text', () => {
    expect(formatPage('As here:\n- one two three four\nfive six\n- seven', 27)).toBe(
      'As here:\n- one two three four five\n  six\n- seven',
    );
  });

  const commands = ['', ...verbs.map(({ name }) => name), 'completion'];

  it.each(commands.flatMap((name) => [60, 80, 120].map((columns) => [name, columns] as const)))(
    'of %j fits %i columns and loses no word',
    async (name, columns) => {
      const [lines, whole] = [await helpOf(name, columns), await helpOf(name, 10_000)];
      expect(tooLong(lines, columns)).toEqual([]);
      expect(wordsOf(lines.join(' '))).toEqual(wordsOf(whole.join(' ')));
    },
  );

  it.each(verbs.map(({ name }) => name))(
    'of %s begins with what it does, and names what holds everywhere once',
    async (name) => {
      const [first, second, third, ...rest] = await helpOf(name, 80);
      expect(first).toMatch(/^[A-Z].*\.$/);
      expect([second, third]).toEqual(['', expect.stringMatching(`^Usage: volley ${name}\\b`)]);
      const text = rest.join(' ').replace(/\s+/g, ' ');
      expect(text.split('--log-file')).toHaveLength(2);
      expect(text).toMatch(/Everywhere: --profile, .*--show-pii\. What they do: volley --help$/);
    },
  );

  it('of volley says what holds everywhere', async () => {
    expect((await helpOf('', 80)).join('\n')).toMatch(/\nEverywhere:\n(.*\n)* {2}--show-pii +show phone numbers whole/);
  });

  it.each([[['send', '--help']], [['help', 'safety']], [['help', 'send']], [[]]])(
    'of %j is shown as a page, which a pager may take',
    async (argv) => {
      const { context } = testContext();
      const pages: (readonly string[])[] = [];
      expect(await main(argv, { ...context, page: async (lines) => void pages.push(lines) })).toBe(0);
      expect(pages.map((lines) => lines.length > 20)).toEqual([true]);
    },
  );

  it('prints the version', async () => expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/));
});
