import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';
import { run } from './volley.ts';

describe('config list', () => {
  it('shows every setting and default, where it comes from, and no secret', async () => {
    const world = testContext();
    world.file('volley.toml', `rate = 7\n[defaults]\nfrom = "${from}"`);
    expect(await main(['config', 'list', '--show-origin'], world.context)).toBe(0);
    const out = world.stdout.join('\n');
    expect(out).toMatch(/^rate +7 +\(.*volley\.toml\)$/m);
    expect(out).toMatch(/^auth_token +\(hidden\) +\(environment\)$/m);
    expect(out).toMatch(/^defaults\.from +\+14155600199/m);
    expect(out).not.toContain('canary');
  });

  it('knows no other verb', async () => {
    const { code, said } = await run(['config', 'set']);
    expect([code, said]).toEqual([2, expect.stringMatching(/"set" must be list/)]);
  });
});
