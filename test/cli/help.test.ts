import { describe, expect, it } from 'vitest';
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

  it('prints the version', async () => expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/));
});
