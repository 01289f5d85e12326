import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext } from '../context.ts';
import { run, world } from './volley.ts';

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
  const send = ['send', '--to', '+14155550100', '--from', from, '--body', 'Hi'];
  const elsewhere = ['--api-url', 'http://127.0.0.1:4010'];
  const server = 'http://127.0.0.1:4010';
  const own = { simulated: true, server: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) };
  const twilio = { simulated: false, server: 'https://api.twilio.com' };

  it.each([
    ['--simulate', ['--simulate'], /^Rehearsal: this is the built-in simulator/, own],
    ['another server', elsewhere, /^This is not Twilio's server: http:\/\/127/, { simulated: false, server }],
    ['Twilio', [], undefined, twilio],
    ['a region of Twilio', ['--api-url', 'https://api.dublin.ie1.twilio.com'], undefined, { simulated: false }],
  ])('says that it is one, with %s', async (_, flags, note, told) => {
    for (const command of [send, ['whoami'], ['doctor'], ['stream', '--body', 'Hi', '--from', from]]) {
      const text = await run([...command, ...flags]);
      const notes = text.stderr.filter((line) => /Rehearsal|not Twilio's server/.test(line));
      expect([command[0], notes]).toEqual([command[0], note ? [expect.stringMatching(note)] : []]);
      const document = await run([...command, ...flags, '--json']);
      expect([command[0], JSON.parse(document.out)]).toEqual([command[0], expect.objectContaining(told)]);
      expect(document.said).not.toMatch(/Rehearsal|not Twilio's server/);
    }
    const { out } = await run(['doctor', ...flags]);
    expect(/^! server /m.test(out)).toBe(note !== undefined);
    expect((await run([...send, ...flags, '--quiet'])).said).toBe('');
  });

  it('says so in its report, too', async () => {
    const { batch, stdout } = world();
    await batch(recipients(2), '--simulate');
    expect(stdout[0]).toMatch(/^Rehearsal/);
  });

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
