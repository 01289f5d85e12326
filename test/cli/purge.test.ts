import { describe, expect, it } from 'vitest';
import { delivered, delivering } from './delivering.ts';

describe('purge', () => {
  it('asks, forgets what is old enough, and says how much', async () => {
    const { batch, volley, stdout, stderr, clock } = delivering(delivered(0));
    await batch(3);
    clock.now += 31 * 86_400_000;
    expect(await volley('purge', '--older-than', '30d')).toBe(2);
    expect(stderr.at(-1)).toContain('--yes');
    await volley('purge', '--older-than', '30d', '--dry-run');
    expect(stdout.at(-1)).toBe('3 messages would be purged.');
    expect(await volley('purge', '--older-than', '30d', '--yes')).toBe(0);
    expect(stdout.at(-1)).toBe('3 messages purged.');
    await volley('report', 'c', '--csv', '-');
    expect(stdout.at(-1)).toMatch(/^4,purged-[0-9a-f]{24},.*,,,1,$/);
    stdout.length = 0;
    // The same list again: everyone is known still.
    expect([await batch(3), stdout.join('\n')]).toEqual([0, expect.stringMatching(/accepted +3/)]);
  });

  it('wants to know how old', async () => {
    const { volley, stderr } = delivering(delivered(0));
    expect(await volley('purge', '--older-than', 'old')).toBe(2);
    expect(stderr[0]).toContain('--older-than old must be a time');
  });
});
