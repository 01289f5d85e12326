import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { timeZoneResult } from '../../src/cli/doctor/machine.ts';
import { main } from '../../src/cli/main.ts';
import { maskNumbers } from '../../src/core/recipient/mask.ts';
import { CliError } from '../../src/errors.ts';
import type { Provider } from '../../src/provider/provider.ts';
import { from, recipients, testContext } from '../context.ts';

async function run(argv: readonly string[], options: Parameters<typeof testContext>[0] = {}) {
  const made = testContext(options);
  const code = await main(argv, made.context);
  return { ...made, code, out: made.stdout.join('\n'), said: made.stderr.join('\n') };
}

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

describe('a mistake', () => {
  it.each([
    [['sned'], /unknown command 'sned'[\s\S]*send/],
    [['send', '--form', '1'], /unknown option '--form'[\s\S]*--from/],
    [['batch'], /Which file/],
    [['report'], /missing required argument 'campaign'[\s\S]*See: volley report --help/],
    [['help', 'nothing'], /no page about nothing[\s\S]*csv, templates/],
    [['send', '--color', 'pink'], /Allowed choices are auto, always, never/],
    [['batch', 'x.csv', '--limit', 'few', '--yes'], /no such file|not a whole number/],
  ])('%j ends with 2 and says so', async (argv, message) => {
    const { code, said } = await run(argv);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });

  it('is one JSON document with --json', async () => {
    const { said } = await run(['send', '--json']);
    expect(JSON.parse(said)).toEqual({
      error: { code: 'usage', message: '--to is empty.', hint: 'Every message needs a recipient.' },
    });
  });

  it('of ours is called a bug, with its stack', async () => {
    const { context, stderr } = testContext();
    const openLedger = () => Promise.reject(new TypeError('of ours'));
    expect(await main(['campaigns'], { ...context, openLedger })).toBe(1);
    expect(stderr.join('\n')).toMatch(/TypeError: of ours[\s\S]*This is a bug in volley/);
  });
});

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

  it('knows no other verb', async () => expect((await run(['config', 'set'])).code).toBe(2));
});

describe('doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { code, out } = await run(['doctor']);
    expect(code).toBe(0);
    for (const name of [
      'node',
      'time zones',
      'ledger',
      'disk',
      'credentials',
      'account',
      'clock',
      'balance',
      'sender',
      'callbacks',
    ])
      expect(out).toMatch(new RegExp(`^. ${name} `, 'm'));
  });

  it('says what is missing, and what to do', async () => {
    const { code, out } = await run(['doctor'], { env: { TWILIO_ACCOUNT_SID: '' } });
    expect(code).toBe(4);
    expect(out).toMatch(/✗ credentials +wrong: No Twilio account is configured\.[\s\S]*TWILIO_ACCOUNT_SID/);
  });

  it.each<[string, Partial<Provider>, RegExp, number]>([
    [
      'a balance that is used up',
      { balance: async () => ({ ok: true, value: { amount: 0.2, currency: 'USD' } }) },
      /✗ balance +wrong: 0\.2000 USD\. Add funds/,
      3,
    ],
    [
      'a balance that a key may not see',
      { balance: async () => ({ ok: false, reason: 'HTTP 403' }) },
      /✓ balance +not known.*HTTP 403/,
      0,
    ],
    [
      'a sender of somebody else',
      { senderProblem: async () => ({ ok: true, value: 'is not a number of this account' }) },
      /✗ sender +wrong: \+1415•••0199 [\s\S]*is\s+not\s+a number/,
      3,
    ],
    [
      'a country that is closed',
      { mayText: async () => ({ ok: true, value: false }) },
      /✗ country +wrong: US may not be texted\. Allow it/,
      3,
    ],
    [
      'a clock that is wrong',
      { account: async () => ({ sid: 'AC', name: 'x', status: 'active', type: 'Trial', clockAheadMs: 60_000 }) },
      /! trial [\s\S]*! clock +warning: differs from Twilio's by 60 s/,
      0,
    ],
    [
      'an account that is suspended',
      { account: async () => ({ sid: 'AC', name: 'x', status: 'suspended', type: 'Full', clockAheadMs: 0 }) },
      /✗ account +wrong: x is suspended/,
      3,
    ],
    [
      'credentials that are refused',
      { account: () => Promise.reject(new CliError('credentials', 'Twilio refused the credentials.')) },
      /✗ account +wrong: Twilio refused the credentials/,
      4,
    ],
    [
      'that Twilio is out of reach',
      { account: () => Promise.reject(new CliError('unreachable', 'Twilio is out of reach.')) },
      /✗ account +wrong: Twilio is out of reach/,
      3,
    ],
  ])('says %s, by its exit code too', async (_, parts, finding, exitCode) => {
    const { context, stdout, file } = testContext();
    file('volley.toml', `[defaults]\nfrom = "${from}"\n`);
    const connect: typeof context.connect = async (options) => ({ ...(await context.connect(options)), ...parts });
    expect(await main(['doctor'], { ...context, connect })).toBe(exitCode);
    expect(stdout.join('\n')).toMatch(finding);
    stdout.length = 0;
    expect(await main(['doctor', '--json'], { ...context, connect })).toBe(exitCode);
    expect(JSON.parse(stdout.join(''))).toMatchObject({ schema: 'volley.doctor/1', exitCode });
  });

  it('says whether callbacks find their way', async () => {
    const server = createServer((_, response) => response.writeHead(405).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/twilio`;
    expect((await run(['doctor'], { env: { VOLLEY_CALLBACK_URL: url } })).out).toMatch(/✓ callbacks .* is reached/);
    server.close();
    const { out } = await run(['doctor'], { env: { VOLLEY_CALLBACK_URL: url } });
    expect(out).toMatch(/! callbacks +warning: [\s\S]*ECONNREFUSED[\s\S]*volley\s+listen/);
  });

  it('says that a ledger is damaged', async () => {
    const world = testContext();
    await main(
      ['batch', world.file('list.csv', recipients(2000)), '--from', from, '--body', 'Hi', '--yes'],
      world.context,
    );
    const file = openSync(world.ledgerPath, 'r+');
    writeSync(file, Buffer.alloc(200_000, 7), 0, 200_000, 40_960);
    closeSync(file);
    const code = await main(['doctor'], world.context);
    expect([code, world.stdout.join('\n')]).toEqual([
      3,
      expect.stringMatching(/✗ ledger +wrong: [\s\S]*(damaged|malformed)/),
    ]);
  });

  it.each([
    [undefined, 'warning'],
    ['2021a', 'warning'],
    ['2025c', 'ok'],
  ])('finds time zone data of %s: %s', (version, state) => {
    expect(timeZoneResult(version, 2026).state).toBe(state);
  });

  it('says what is not done yet', async () => {
    const world = testContext();
    const file = world.file('list.csv', recipients(2));
    await main(['batch', file, '--from', from, '--body', 'Hi', '--yes', '--limit', '1'], world.context);
    world.stdout.length = 0;
    await main(['doctor', '--json'], world.context);
    const { findings } = JSON.parse(world.stdout.join('')) as { findings: { name: string; state: string }[] };
    expect(findings.find(({ name }) => name === 'ledger')?.state).toBe('warning');
  });
});

describe('check --online', () => {
  const balance = (amount: number): Partial<Provider> => ({
    balance: async () => ({ ok: true, value: { amount, currency: 'USD' } }),
  });
  const list = `to,from\n+14155550100,${from}\n+14155550101,${from}\n+447400123456,+14155600198\n`;
  const check = async (parts: Partial<Provider>, more: readonly string[] = [], rows = list) => {
    const { context, stdout, file, sent } = testContext();
    file('volley.toml', '[prices]\ncurrency = "USD"\ndefault = 2.5\n');
    const connect: typeof context.connect = async (options) => ({ ...(await context.connect(options)), ...parts });
    const argv = ['check', file('list.csv', rows), '--body', 'Hi', '--online', ...more];
    const code = await main(argv, { ...context, connect });
    expect(sent).toEqual([]);
    return { code, out: stdout.join('\n') };
  };

  it('says that senders, countries and balance allow the plan', async () => {
    const { code, out } = await check(balance(7.5));
    expect(code).toBe(0);
    expect(out).toMatch(/3 to send/);
    for (const line of ['account +Test is active', 'balance +7\\.50 USD', 'sender +\\+1415•••0199 is ready']) {
      expect(out).toMatch(new RegExp(`^✓ ${line}$`, 'm'));
    }
    expect(out).toMatch(/✓ sender +\+1415•••0198 is ready\n✓ country +GB may be texted\n✓ country +US may be texted/);
  });

  it.each<[string, Partial<Provider>, object, number]>([
    [
      'a sender of somebody else',
      {
        senderProblem: async (sender) => ({
          ok: true,
          value: sender === from ? 'is not a number of this account' : undefined,
        }),
      },
      { name: 'sender', state: 'wrong', text: `${from} is not a number of this account.` },
      3,
    ],
    [
      'a country that is closed',
      { mayText: async (country) => ({ ok: true, value: country === 'US' }) },
      { name: 'country', state: 'wrong', text: 'GB may not be texted.' },
      3,
    ],
    [
      'a balance that is too little for it',
      balance(7.4),
      { name: 'balance', state: 'wrong', text: '7.40 USD, and this costs up to 7.50 USD.' },
      3,
    ],
    [
      'credentials that are refused',
      { account: () => Promise.reject(new CliError('credentials', 'Twilio refused the credentials.')) },
      { name: 'account', state: 'wrong', text: 'Twilio refused the credentials.' },
      4,
    ],
    [
      'what a key may not see',
      { mayText: async () => ({ ok: false, reason: 'HTTP 403' }) },
      { name: 'country', state: 'ok' },
      0,
    ],
  ])('says %s, as text, as JSON and by its exit code', async (_, parts, finding, exitCode) => {
    const { code, out } = await check({ ...balance(20), ...parts }, ['--json']);
    expect(code).toBe(exitCode);
    const plan = JSON.parse(out) as { online: object[] };
    expect(plan).toMatchObject({ schema: 'volley.plan/1', toSend: 3, exitCode });
    expect(plan.online).toContainEqual(expect.objectContaining(finding));
    const { state, text } = { text: 'not known', ...(finding as { state: string; text?: string }) };
    const shown = await check({ ...balance(20), ...parts });
    expect(shown.code).toBe(exitCode);
    expect(shown.out.replace(/\s+/g, ' ')).toContain(maskNumbers(state === 'ok' ? text : `${state}: ${text}`));
  });

  it('asks about no more than twenty senders, and says so', async () => {
    const rows = Array.from({ length: 23 }, (_, i) => `+1415555${1000 + i},+1415560${1000 + i}`);
    const { out } = await check(balance(100), [], ['to,from', ...rows].join('\n'));
    expect(out.match(/is ready/g)).toHaveLength(20);
    expect(out).toMatch(/! sender +warning: 3 more were not asked about/);
  });

  it('asks nothing without the flag', async () => {
    const { context, stdout, file } = testContext();
    const connect = () => Promise.reject(new Error('nobody is to be asked'));
    const argv = ['check', file('list.csv', list), '--body', 'Hi', '--json'];
    expect(await main(argv, { ...context, connect })).toBe(0);
    expect(JSON.parse(stdout.join(''))).not.toHaveProperty('online');
  });
});

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

describe('simulate', () => {
  it('prints where it is and who may use it, and ends when told', async () => {
    const stop = new AbortController();
    const world = testContext({ signal: stop.signal });
    const sleep = async () => stop.abort();
    expect(
      await main(['simulate', '--json', '--fault', '429=0.5', '--latency', '5ms'], { ...world.context, sleep }),
    ).toBe(0);
    expect(JSON.parse(world.stdout.join(''))).toEqual({
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

describe('--log-file', () => {
  it('keeps each attempt as a line of JSON, without numbers and texts', async () => {
    const made = testContext({
      script: ({ to }) =>
        to.endsWith('2') ? { kind: 'rejected', code: 21211, reason: `${to} is no number` } : undefined,
    });
    const list = made.file('list.csv', recipients(3));
    const argv = [
      'batch',
      list,
      '--campaign',
      'c',
      '--from',
      from,
      '--body',
      'Hi you',
      '--yes',
      '--log-file',
      'log.ndjson',
    ];
    expect(await main(argv, made.context)).toBe(3);
    const path = join(made.folder, 'log.ndjson');
    const text = readFileSync(path, 'utf8');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['start', 'attempt', 'attempt', 'attempt', 'report', 'end']);
    expect(events.filter(({ result }) => result === 'rejected')).toMatchObject([
      { code: 21211, reason: expect.stringContaining('•••') },
    ]);
    expect(events.at(-2)).toMatchObject({ campaign: 'c', counts: { accepted: 2, rejected: 1 } });
    for (const { to } of made.sent) expect(text).not.toContain(to.slice(1));
    await main(
      ['send', '--to', '+14155550188', '--from', from, '--body', 'Hi', '--log-file', path, '--show-pii'],
      made.context,
    );
    expect(readFileSync(path, 'utf8')).toContain('+14155550188');
    expect(text).not.toContain('Hi you');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused before anything is sent when it cannot be written', async () => {
    const { code, said, sent } = await run([
      'send',
      '--to',
      '+14155550101',
      '--from',
      from,
      '--body',
      'Hi',
      '--log-file',
      'no/such/log',
    ]);
    expect([code, sent]).toEqual([2, []]);
    expect(said).toContain('Cannot write the log');
  });

  it('keeps how a run failed', async () => {
    const made = testContext();
    await main(['report', 'nothing', '--log-file', 'log'], made.context);
    expect(readFileSync(join(made.folder, 'log'), 'utf8')).toMatch(
      /"event":"error","code":"usage","message":".*nothing/,
    );
  });
});
