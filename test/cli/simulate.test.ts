import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext } from '../context.ts';
import { run } from './volley.ts';

describe('simulate', () => {
  it('prints where it is and who may use it, and ends when told', async () => {
    const stop = new AbortController();
    const world = testContext({ signal: stop.signal });
    const sleep = async () => stop.abort();
    expect(
      await main(['simulate', '--json', '--fault', '429=0.5', '--latency', '5ms'], { ...world.context, sleep }),
    ).toBe(0);
    expect(JSON.parse(world.stdout.join(''))).toEqual({
      schema: 'volley.simulate/1',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      accountSid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
      authToken: expect.any(String),
    });
  });

  it.each([
    [['--fault', 'nonsense=1'], /no fault nonsense/],
    [['--port', '99999'], /--port 99999 must be/],
    [['--latency', 'long'], /--latency long must be a time/],
  ])('refuses %j', async (argv, message) => {
    const { code, said } = await run(['simulate', ...argv]);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });
});

describe('a rehearsal', () => {
  it('goes the whole way without credentials, in a ledger of its own, and can be repeated', async () => {
    const world = testContext({ env: { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' } });
    // The rehearsal is over real HTTP, so the provider is the real one.
    const { twilioProvider } = await import('../../src/provider/twilio/twilio.ts');
    const context = {
      ...world.context,
      connect: async (options: Parameters<typeof twilioProvider>[0]) => twilioProvider(options),
    };
    const file = world.file('list.csv', recipients(3));
    const argv = ['batch', file, '--from', from, '--body', 'Hi {{ name }}', '--simulate'];
    expect([await main(argv, context), await main(argv, context)]).toEqual([0, 0]);
    world.stdout.length = 0;
    await main(['campaigns'], context);
    expect(world.stderr.at(-1)).toBe('Nothing has been sent yet.');
    await main(['campaigns', '--simulate'], context);
    expect(world.stdout).toHaveLength(3);
  });
});
