import { describe, expect, it } from 'vitest';
import { formatPage } from '../../src/cli/help/page.ts';
import { topics } from '../../src/cli/help/topics.ts';
import { main } from '../../src/cli/main.ts';
import { testContext } from '../context.ts';
import { run } from './volley.ts';

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

  it.each([
    [['--simulate']],
    [['--json', '--ledger', 'x.db']],
    [['--profile=staging', '-v']],
    [['--quiet', '--no-input']],
  ])('is shown for %j alone, as for nothing', async (argv) => {
    const [alone, nothing] = [await run(argv), await run([])];
    expect([alone.code, alone.out]).toEqual([nothing.code, nothing.out]);
    expect(alone.out).toContain('Start here:');
  });

  it.each([
    [['--profile'], /argument missing/],
    [['--color', 'pink'], /Allowed choices/],
    [['--simulat'], /unknown option/],
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
      expect(lines.filter((line) => line.length > Math.max(columns, line.startsWith('  ') ? 80 : 0))).toEqual([]);
      expect(lines.join(' ').split(/\s+/)).toEqual(page.split(/\s+/));
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

  it.each([
    ['batch', 80],
    ['batch', 60],
    ['', 60],
  ])('of %s fits %i columns', async (verb, columns) => {
    const { context, stdout } = testContext();
    await main([verb, '--help'].filter(Boolean), { ...context, terminal: { ...context.terminal, columns } });
    // Examples and lines to copy stay whole.
    const [, options = ''] = /Usage:(.*?)(?:Start here:.*)?$/s.exec(stdout.join('\n')) ?? [];
    expect(options.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });

  it('prints the version', async () => expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/));
});
