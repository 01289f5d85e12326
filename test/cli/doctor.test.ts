import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { timeZoneResult } from '../../src/cli/doctor/machine.ts';
import { main } from '../../src/cli/main.ts';
import { maskNumbers } from '../../src/core/recipient/mask.ts';
import { CliError } from '../../src/errors.ts';
import type { Provider } from '../../src/provider/provider.ts';
import { from, recipients, testContext } from '../context.ts';
import { run } from './volley.ts';

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
      /✗ sender +wrong: \+1415•••0199\s[\s\S]*is\s+not\s+a number/,
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
