import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';

const flags = ['--from', from, '--body', 'Hi'];
const to = '+14155550100';

describe('send', () => {
  it('sends one message and says what became of it', async () => {
    const { context, sent, stdout, stderr } = testContext();
    expect(await main(['send', '--to', to, ...flags], context)).toBe(0);
    expect(sent).toEqual([{ to, from, body: 'Hi' }]);
    expect(stdout).toEqual([`✓ accepted  SM${'0'.repeat(31)}1  queued  to +1415•••0100`]);
    expect(stderr).toEqual([]);
  });

  it('notes what is worth a warning, and with --quiet nothing', async () => {
    const loud = testContext();
    expect(await main(['send', '--to', to, ...flags, '--max-price', '1'], loud.context)).toBe(0);
    expect(loud.stderr).toEqual([expect.stringMatching(/^note: --max-price has had no effect/)]);
    const quiet = testContext();
    expect(await main(['send', '--to', to, ...flags, '--max-price', '1', '--quiet'], quiet.context)).toBe(0);
    expect([quiet.stdout, quiet.stderr]).toEqual([[], []]);
  });

  it('sends to several, each once', async () => {
    const { context, sent } = testContext();
    expect(await main(['send', '--to', to, '--to', '+1 415 555 0101', '--to', to, ...flags], context)).toBe(0);
    expect(sent.map((request) => request.to)).toEqual([to, '+14155550101']);
  });

  it.each<[string, string[], string[]]>([
    ['number and text alone', [to, 'Hi', '-f', from], [to]],
    ['letters for flags', ['-t', to, '-t', '+14155550101', '-f', from, '-b', 'Hi'], [to, '+14155550101']],
    ['a number alone beside others', [to, 'Hi', '-t', '+14155550101', '-f', from], [to, '+14155550101']],
    ['a text alone after its recipients', ['-t', to, 'Hi', '-f', from], [to]],
    ['a number alone and a text by flag', [to, ...flags], [to]],
  ])('takes %s', async (_, argv, recipients) => {
    const { context, sent } = testContext();
    expect(await main(['send', ...argv], context)).toBe(0);
    expect(sent).toEqual(recipients.map((number) => ({ to: number, from, body: 'Hi' })));
  });

  it('takes the letter of a messaging service, and the text that stands alone from standard input', async () => {
    const service = `MG${'a'.repeat(32)}`;
    const { context, sent } = testContext({ stdin: 'piped\n' });
    expect(await main(['send', to, '-', '-m', service], context)).toBe(0);
    expect(sent).toEqual([{ to, messagingServiceSid: service, body: 'piped' }]);
  });

  it.each<[string, string[], RegExp]>([
    ['a text twice', [to, 'Hi', ...flags], /given twice: as an argument and as --body/],
    ['a number in place of a text', ['-t', to, '+14155550101', '-f', from], /--body is empty/],
    ['words that are not quoted', [to, 'Hi', 'there', '-f', from], /"there" is one word too many/],
  ])('refuses %s', async (_, argv, message) => {
    const { context, sent, stderr } = testContext();
    expect(await main(['send', ...argv], context)).toBe(2);
    expect([stderr.join('\n'), sent]).toEqual([expect.stringMatching(message), []]);
  });

  describe('--dry-run', () => {
    const dry = ['send', to, 'It\u2019s time. '.repeat(8), '-t', '+14155550101', '-f', from, '--dry-run'];
    const priced = 'max_cost = 0.001\n[prices]\ncurrency = "USD"\nUS = 0.01\n';

    it('shows the plan with its segments, its cost and what makes it dearer, and sends and keeps nothing', async () => {
      const { context, sent, stdout, stderr, file, connections } = testContext({ env: { TWILIO_AUTH_TOKEN: '' } });
      file('volley.toml', priced);
      expect(await main(dry, context)).toBe(0);
      const told = stdout.join('\n');
      expect(told).toMatch(/2 to send of 2 rows\n.*from \+1415•••0199\n.*4 segments, at most 0\.0400 USD/);
      expect(told).toMatch(/to \+1415•••0100: It’s time\./);
      expect(told).toMatch(/’ in body makes 2 segments of 1; --ascii-punctuation\s+replaces it/);
      await main(['campaigns'], context);
      expect([sent, connections, stderr.at(-1)]).toEqual([[], [], 'Nothing has been sent yet.']);
    });

    it('prints one JSON document', async () => {
      const { context, stdout, file } = testContext();
      file('volley.toml', priced);
      expect(await main([...dry, '--json'], context)).toBe(0);
      expect(JSON.parse(stdout.join())).toMatchObject({
        ...{ schema: 'volley.plan/1', rows: 2, toSend: 2, segments: 4, cost: { amount: 0.04, currency: 'USD' } },
        messages: [
          { to, segments: 2 },
          { to: '+14155550101', segments: 2 },
        ],
        exitCode: 0,
      });
    });

    it('says what is wrong as a send would', async () => {
      const { context, stderr } = testContext();
      expect(await main(['send', '555', 'Hi', '-f', from, '--dry-run'], context)).toBe(2);
      expect(stderr[0]).toContain('--to "555" is not a phone number');
    });
  });

  it('takes the text from a file, from standard input, and whole', async () => {
    const world = testContext({ stdin: 'piped & "quoted"\n\nend\n' });
    const file = world.file('text.txt', '\ufefffrom a file\r\n');
    await main(['send', '--to', to, '--from', from, '--body-file', file], world.context);
    await main(['send', '--to', to, '--from', from, '--body', '-'], world.context);
    expect(world.sent.map(({ body }) => body)).toEqual(['from a file', 'piped & "quoted"\n\nend']);
  });

  it('passes every parameter on', async () => {
    const { context, sent } = testContext();
    const service = `MG${'a'.repeat(32)}`;
    const argv = [
      'send',
      '--to',
      to,
      '--messaging-service-sid',
      service,
      '--content-sid',
      `HX${'b'.repeat(32)}`,
      '--content-variable',
      '1=Ada=x',
    ];
    const more = [
      '--send-at',
      '+2h',
      '--media-url',
      'https://a/1',
      '--media-url',
      'https://a/2',
      '--param',
      'New=a=b',
      '--provide-feedback',
      'true',
    ];
    expect(await main([...argv, ...more], context)).toBe(0);
    expect(sent).toEqual([
      {
        ...{ to, messagingServiceSid: service, contentSid: `HX${'b'.repeat(32)}`, contentVariables: '{"1":"Ada=x"}' },
        ...{ sendAt: '2026-11-23T12:00:00Z', scheduleType: 'fixed', mediaUrl: ['https://a/1', 'https://a/2'] },
        ...{ extra: { New: 'a=b' }, provideFeedback: true },
      },
    ]);
  });

  it('takes defaults from the config', async () => {
    const { context, sent, file } = testContext();
    file('volley.toml', `country = "US"\n[defaults]\nfrom = "${from}"`);
    expect(await main(['send', '--to', '(415) 555-0100', '--body', 'Hi'], context)).toBe(0);
    expect(sent).toEqual([{ to, from, body: 'Hi' }]);
  });

  it('prints one JSON document', async () => {
    const { context, stdout } = testContext();
    expect(await main(['send', '--to', to, ...flags, '--json'], context)).toBe(0);
    expect(stdout).toHaveLength(1);
    expect(JSON.parse(stdout[0] ?? '')).toMatchObject({
      schema: 'volley.report/1',
      campaign: { id: expect.any(String), name: expect.stringMatching(/^send-20261123-1000-/) },
      counts: {
        rows: 1,
        invalid: 0,
        skipped: 0,
        pending: 0,
        claimed: 0,
        accepted: 1,
        rejected: 0,
        unknown: 0,
        canceled: 0,
      },
      ...{
        statuses: { queued: 1 },
        segments: 1,
        cost: { amount: null, currency: null },
        errors: [],
        issues: [],
        exitCode: 0,
      },
      messages: [{ sid: `SM${'0'.repeat(31)}1`, to, state: 'accepted', status: 'queued', code: null, reason: null }],
    });
  });

  it('sends nothing twice under one campaign name', async () => {
    const { context, sent } = testContext();
    const argv = ['send', '--to', to, ...flags, '--campaign', 'otp-1'];
    expect([await main(argv, context), await main(argv, context)]).toEqual([0, 0]);
    expect(sent).toHaveLength(1);
  });

  it('keeps a message pending when Twilio stays out of reach, and says how to go on', async () => {
    const { context, sent, stderr, clock } = testContext({
      script: () => ({ kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' }),
    });
    const startedAt = clock.now;
    expect(await main(['send', '--to', to, ...flags], context)).toBe(5);
    expect(sent).toEqual([]);
    expect(clock.now - startedAt).toBeLessThanOrEqual(15_000);
    expect(stderr.join('\n')).toMatch(/out of reach.*\nResume with: volley resume send-/);
  });

  it('leaves an unknown outcome alone', async () => {
    const { context, stdout, stderr } = testContext({
      script: () => ({ kind: 'unknown', reason: 'no answer: ETIMEDOUT' }),
    });
    expect(await main(['send', '--to', to, ...flags], context)).toBe(8);
    expect(stdout.join()).toContain('? unknown');
    expect(stderr.join()).toMatch(/may have been sent.*volley reconcile send-.* --on-unknown resend/);
  });

  it('says why a message was refused, and what to do', async () => {
    const { context, stdout } = testContext({
      script: () => ({ kind: 'rejected', code: 21610, reason: 'unsubscribed' }),
    });
    expect(await main(['send', '--to', to, ...flags], context)).toBe(3);
    expect(stdout.join()).toMatch(/✗ rejected {2}to \+1415•••0100 {2}21610 the recipient has opted out/);
  });

  it.each<[string, string[], RegExp, RegExp]>([
    ['no recipient', flags, /Who is to get it\?/, /volley send NUMBER TEXT/],
    ['no sender', ['--to', to, '--body', 'Hi'], /--from is missing/, /--messaging-service-sid/],
    ['nothing to say', ['--to', to, '--from', from], /--body is empty/, /media/],
    ['a bad number', ['--to', '555', ...flags], /--to "555" is not a phone number/, /\+14155550100/],
    ['one bad number of two', ['--to', to, '--to', '555', ...flags], /--to "555"/, /./],
    [
      'a schedule without a service',
      ['--to', to, ...flags, '--send-at', '+2h'],
      /--send-at "\+2h" needs a messaging service/,
      /sends at once/,
    ],
    ['a body twice', ['--to', to, ...flags, '--body', 'Ho'], /given twice/, /.?/],
    ['a body and a file', ['--to', to, ...flags, '--body-file', 'x'], /not both/, /.?/],
    [
      'a file that is not there',
      ['--to', to, '--from', from, '--body-file', '/nowhere'],
      /Cannot read \/nowhere/,
      /.?/,
    ],
    ['a parameter that is none', ['--to', to, ...flags, '--param', 'x'], /--param x is not name=value/, /.?/],
    ['a country that is none', ['--to', to, ...flags, '--country', 'XX'], /no country XX/, /.?/],
  ])('refuses %s before anything is written or sent', async (_, argv, message, hint) => {
    const { context, sent, stderr } = testContext();
    expect(await main(['send', ...argv], context)).toBe(2);
    expect(stderr[0]).toMatch(/^error: /);
    expect(stderr[0]).toMatch(message);
    expect(stderr[1] ?? '').toMatch(hint);
    expect(sent).toEqual([]);
    const list = testContext();
    await main(['campaigns'], { ...list.context, env: context.env });
    expect(list.stderr).toEqual(['Nothing has been sent yet.']);
  });

  it('asks for credentials before anything else', async () => {
    const { context, stderr } = testContext({ env: { TWILIO_AUTH_TOKEN: '' } });
    expect(await main(['send', '--to', to, ...flags], context)).toBe(4);
    expect(stderr.join('\n')).toMatch(/no auth token.*\n.*--simulate/);
  });
});

describe('who we are to Twilio', () => {
  const sid = (prefix: string, letter: string) => prefix + letter.repeat(32);
  const connectionOf = async (env: Readonly<Record<string, string>>, config = '') => {
    const { context, connections, file } = testContext({ env });
    const path = file('config.toml', config);
    (await import('node:fs')).chmodSync(path, 0o600);
    expect(await main(['send', '--to', to, ...flags, '--config', path], context)).toBe(0);
    return connections[0];
  };

  it('is the auth token, or an API key with the account in the path', async () => {
    expect((await connectionOf({}))?.credentials).toEqual({
      accountSid: sid('AC', 'a'),
      user: sid('AC', 'a'),
      secret: 'canary-4f1d0c',
    });
    const key = { TWILIO_API_KEY: sid('SK', 'b'), TWILIO_API_SECRET: 'secret' };
    expect((await connectionOf(key))?.credentials).toEqual({
      accountSid: sid('AC', 'a'),
      user: sid('SK', 'b'),
      secret: 'secret',
    });
  });

  it('does not mix an account of the environment with a key of a file', async () => {
    const config = `api_key = "${sid('SK', 'b')}"\napi_secret = "other"`;
    expect((await connectionOf({}, config))?.credentials.secret).toBe('canary-4f1d0c');
  });

  it.each([
    [{}, 'https://api.twilio.com'],
    [{ TWILIO_REGION: 'ie1', TWILIO_EDGE: 'dublin' }, 'https://api.dublin.ie1.twilio.com'],
    [{ TWILIO_EDGE: 'dublin' }, 'https://api.dublin.us1.twilio.com'],
    [{ TWILIO_REGION: 'au1' }, 'https://api.au1.twilio.com'],
    [{ VOLLEY_API_URL: 'http://127.0.0.1:9/' }, 'http://127.0.0.1:9'],
  ])('with %j is asked at %s', async (env, url) => {
    expect((await connectionOf(env as Record<string, string>))?.baseUrl).toBe(url);
  });

  it('never goes over an unverified connection', async () => {
    const { context, stderr } = testContext({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(await main(['send', '--to', to, ...flags], context)).toBe(2);
    expect(stderr.join()).toContain('NODE_TLS_REJECT_UNAUTHORIZED');
  });
});
