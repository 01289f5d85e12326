import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext } from '../context.ts';

describe('campaigns', () => {
  it('lists them, as text and JSON', async () => {
    const world = testContext();
    const file = world.file('list.csv', recipients(2));
    await main(['batch', file, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'spring'], world.context);
    world.stdout.length = 0;
    await main(['campaigns'], world.context);
    expect(world.stdout.splice(0).join('\n')).toMatch(/spring +2 accepted/);
    await main(['campaigns', '--json'], world.context);
    expect(JSON.parse(world.stdout.join(''))).toMatchObject({
      schema: 'volley.campaigns/1',
      campaigns: [{ name: 'spring', counts: { accepted: 2 } }],
    });
  });
});
