import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { from, recipients, testContext, testEnv, type World } from '../context.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** Commands against a simulator over real HTTP. */
async function world(simulation: SimulatorOptions = {}, options: World = {}) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = testEnv;
  const simulator = await startSimulator({ accountSid, authToken, statusDelayMs: 0, ...simulation });
  closing.push(simulator.close);
  const made = testContext({ ...options, env: { VOLLEY_API_URL: simulator.url } });
  // The simulator's clock is the real one.
  const context = {
    ...made.context,
    now: Date.now,
    connect: async (o: Parameters<typeof twilioProvider>[0]) => twilioProvider(o),
  };
  const volley = (...argv: string[]) => main(argv, context);
  const batch = (count: number, ...argv: string[]) =>
    volley(
      'batch',
      made.file('l.csv', recipients(count)),
      '--from',
      from,
      '--body',
      '=Hi',
      '--yes',
      '--campaign',
      'c',
      ...argv,
    );
  return { ...made, volley, batch, simulator, sid: (n: number) => simulator.truth()[n]?.sid ?? '' };
}

describe('messages', () => {
  it('are listed, newest first, with filters, as lines, JSON and CSV', async () => {
    const { batch, volley, stdout, folder, sid } = await world();
    await batch(5);
    stdout.length = 0;
    expect(await volley('messages', 'list', '--limit', '3')).toBe(0);
    expect(stdout).toHaveLength(3);
    expect(stdout[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d {2}delivered {4}\+1415•••0199 → \+1415•••000\d {2}SM[0-9a-f]{32} {2}=Hi$/,
    );
    await volley('messages', 'list', '--to', '+14155550002', '--output', 'ndjson');
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ to: '+14155550002', status: 'delivered', price: 0.0079 });
    await volley('messages', 'list', '--csv', join(folder, 'out.csv'), '--since', '2020-01-01');
    const [header, ...rows] = readFileSync(join(folder, 'out.csv'), 'utf8').trim().split('\n');
    expect([header, rows.length]).toEqual(['sid,date,direction,from,to,status,code,segments,price,body', 5]);
    expect(rows[0]).toMatch(/,'=Hi$/);
    expect(rows.map((line) => line.slice(0, 34))).toContain(sid(0));
  });

  it('are listed by number as send reads it, by status, and since a time', async () => {
    const { batch, volley, stdout } = await world();
    await batch(3);
    await volley('send', '--to', '+14155530003', '--from', from, '--body', 'Hi');
    const listed = async (...argv: string[]) => {
      stdout.length = 0;
      expect(await volley('messages', 'list', ...argv, '--jq', '[.messages[].to]')).toBe(0);
      return JSON.parse(stdout.join('')) as string[];
    };
    expect(await listed('--to', '(415) 555-0002', '--country', 'US')).toEqual(['+14155550002']);
    expect(await listed('--status', 'undelivered')).toEqual(['+14155530003']);
    expect(await listed('--status', 'undelivered', '--status', 'delivered', '--limit', '2')).toHaveLength(2);
    expect(await listed('--status', 'queued')).toEqual([]);
    expect([await listed('--since', '1h'), await listed('--until', '1h')].map(({ length }) => length)).toEqual([4, 0]);
    expect(await listed('--since', '2020-01-01', '--until', '2020-01-02')).toEqual([]);
  });

  it('are shown with what their error means', async () => {
    const { volley, stdout, sid } = await world();
    await volley('send', '--to', '+14155530003', '--from', from, '--body', 'Hi');
    expect(await volley('messages', 'get', sid(0), '--jq', '.reason')).toBe(0);
    expect(stdout.at(-1)).toBe('the phone is off or out of reach');
    expect(await volley('messages', 'get', sid(0))).toBe(0);
    expect(stdout.join('\n')).toMatch(/status +undelivered[\s\S]*code +30003[\s\S]*off or out of reach/);
  });

  it('are canceled, redacted and deleted, after a question', async () => {
    const { batch, volley, asked, stdout, sid } = await world({}, { canAsk: true });
    await batch(2);
    expect(await volley('messages', 'redact', sid(0))).toBe(0);
    expect(await volley('messages', 'delete', sid(1))).toBe(0);
    expect(asked).toEqual([expect.stringContaining('for good'), expect.stringContaining('for good')]);
    await volley('messages', 'list', '--output', 'ndjson');
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ sid: sid(0), body: '' });
    await volley(
      'send',
      '--to',
      '+14155550101',
      '--messaging-service-sid',
      `MG${'a'.repeat(32)}`,
      '--body',
      'x',
      '--send-at',
      '+2h',
    );
    expect(await volley('messages', 'cancel', sid(2))).toBe(0);
    expect(await volley('messages', 'cancel', sid(0))).toBe(6);
  });

  it.each<[string, string[], World, number, RegExp]>([
    ['without anybody to ask', ['redact', `SM${'1'.repeat(32)}`], {}, 2, /Nobody is there/],
    [
      'when the answer is no',
      ['delete', `SM${'1'.repeat(32)}`],
      { canAsk: true, answer: false },
      130,
      /Nothing was changed/,
    ],
    ['without a SID', ['get'], {}, 2, /Which message/],
    ['for what is no SID', ['get', 'x'], {}, 2, /is not the SID/],
    ['for a message that is not there', ['get', `SM${'1'.repeat(32)}`], {}, 2, /gave no message/],
    ['for a time that is none', ['list', '--since', 'tomorrow'], {}, 2, /--since tomorrow is not a day, or a time/],
    ['for a number that is none', ['list', '--to', '555'], {}, 2, /--to "?555"? is not a phone number/],
    ['for a national number of no country', ['list', '--to', '4155550100'], {}, 2, /--to .* has no country code/],
    [
      'for a status that is none',
      ['list', '--status', 'deliverd'],
      {},
      2,
      /deliverd is no status.*\n.*Did you mean delivered/,
    ],
  ])('are left alone %s', async (_, argv, options, code, message) => {
    const { volley, stderr } = await world({}, options);
    expect(await volley('messages', ...argv)).toBe(code);
    expect(stderr.join('\n')).toMatch(message);
  });

  it('says so when the list cannot be read', async () => {
    const { volley, stderr } = await world({ faults: ['list-failing=1'] });
    expect(await volley('messages', 'list')).toBe(5);
    expect(stderr.join('\n')).toMatch(/cannot be read \(HTTP 500\)/);
  });
});

describe('media of a message', () => {
  it('is listed, and saved without showing the file store our credentials', async () => {
    const { volley, sid, stdout, folder } = await world();
    await volley('send', '--to', '+14155550100', '--from', from, '--media-url', 'https://example.com/a.gif');
    stdout.length = 0;
    expect(await volley('messages', 'media', sid(0))).toBe(0);
    expect(stdout).toEqual([expect.stringMatching(/^ME[0-9a-f]{32} {2}image\/gif$/)]);
    expect(await volley('messages', 'media', sid(0), '--save', '.', '--json')).toBe(0);
    const { media } = JSON.parse(stdout.at(-1) ?? '') as { media: readonly { file: string }[] };
    const [{ file } = { file: '' }] = media;
    expect(file).toMatch(/^ME[0-9a-f]{32}\.gif$/);
    expect(readFileSync(join(folder, file)).subarray(0, 6).toString()).toBe('GIF89a');
  });

  it('is said to be none where there is none', async () => {
    const { batch, volley, sid, stderr } = await world();
    await batch(1);
    expect(await volley('messages', 'media', sid(0))).toBe(0);
    expect(stderr.at(-1)).toBe(`${sid(0)} has no media.`);
  });
});

describe('a message that is not in the ledger', () => {
  it('is tracked by its SID at Twilio', async () => {
    const { volley, simulator, stdout } = await world();
    const credentials = { accountSid: simulator.accountSid, user: simulator.accountSid, secret: simulator.authToken };
    const other = twilioProvider({ credentials, baseUrl: simulator.url, timeoutMs: 1000 });
    await other.send({ to: '+14155530007', from, body: 'from another program' });
    other.close();
    expect(await volley('track', simulator.truth()[0]?.sid ?? '')).toBe(3);
    expect(stdout.at(-1)).toContain('undelivered 30007');
  });

  it('is said to be unknown when Twilio does not know it either', async () => {
    const { volley, stderr } = await world();
    expect(await volley('track', `SM${'9'.repeat(32)}`)).toBe(2);
    expect(stderr[1]).toMatch(/Neither the ledger nor Twilio knows SM9/);
  });
});

describe('verify', () => {
  it('finds nothing where all is known', async () => {
    const { batch, volley, stdout } = await world();
    await batch(5, '--wait');
    expect(await volley('verify', 'c')).toBe(0);
    expect(stdout.at(-1)).toBe('5 messages compared, 0 differences.');
  });

  it('finds what vanished, what is behind, and what nobody here sent', async () => {
    const { batch, volley, stdout, simulator, sid } = await world({ statusDelayMs: 20 });
    await batch(3);
    const statusOf = async (n: number) => {
      await volley('messages', 'get', sid(n), '--jq', '.status');
      return stdout.at(-1);
    };
    for (const n of [0, 1, 2]) await expect.poll(() => statusOf(n)).toBe('delivered');
    await volley('messages', 'delete', sid(1), '--yes');
    const credentials = { accountSid: simulator.accountSid, user: simulator.accountSid, secret: simulator.authToken };
    const other = twilioProvider({ credentials, baseUrl: simulator.url, timeoutMs: 1000 });
    await other.send({ to: '+14155550999', from, body: 'from another program' });
    other.close();
    expect(await volley('verify', 'c', '--json')).toBe(8);
    const { differences } = JSON.parse(stdout.at(-1) ?? '') as { differences: { kind: string; to: string }[] };
    expect(differences.map(({ kind, to }) => `${kind} ${to}`).sort()).toEqual([
      'status +14155550000',
      'status +14155550002',
      'unknown +14155550999',
      'vanished +14155550001',
    ]);
  });
});
