import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { signCallback } from '../../src/simulator/callbacks.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { from, recipients, testContext, testEnv } from '../context.ts';

const token = testEnv.TWILIO_AUTH_TOKEN;
const publicUrl = 'https://example.com/twilio';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** A world in which `volley listen` runs; `world` is shared with the commands that send. */
async function listening(world = testContext(), url = publicUrl, port = '0') {
  const stop = new AbortController();
  const out: string[] = [];
  const context = { ...world.context, signal: stop.signal, out: (line: string) => void out.push(line) };
  const ended = main(['listen', '--public-url', url, '--port', port, '--json', '--verbose'], context);
  closing.push(async () => {
    stop.abort();
    await ended;
  });
  await expect.poll(() => out.length).toBe(1);
  const { port: taken } = JSON.parse(out[0] ?? '') as { port: number };
  const volley = (...argv: string[]) => main(argv, world.context);
  return { world, port: taken, stop, ended, volley };
}

interface Call {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  readonly signature?: string;
  readonly type?: string;
}

function call(port: number, { path = '/twilio', method = 'POST', body = '', signature = '', type }: Call) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = {
      'content-type': type ?? 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      ...(signature !== '' && { 'x-twilio-signature': signature }),
    };
    const request = httpRequest({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject).end(body);
  });
}

const post = (port: number, form: Readonly<Record<string, string>>, query = '') =>
  call(port, {
    path: `/twilio${query}`,
    body: new URLSearchParams(form).toString(),
    signature: signCallback(token, publicUrl + query, form),
  });

const sid = `SM${'0'.repeat(31)}1`;
const receipt = (status: string, more: Readonly<Record<string, string>> = {}) => ({
  ...{ MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, To: '+14155550000', From: from },
  ...{ AccountSid: testEnv.TWILIO_ACCOUNT_SID, ApiVersion: '2010-04-01' },
  ...more,
});

const send = ['send', '--to', '+14155550000', '--from', from, '--body', 'Hi', '--campaign', 'c'];

async function messageOf({ world, volley }: Awaited<ReturnType<typeof listening>>) {
  await volley('report', 'c', '--output', 'ndjson');
  return JSON.parse(world.stdout.at(-1) ?? '') as { state: string; status: string; code: number; sid: string };
}

describe('listen', () => {
  it('writes down what a signed callback says, keeps the last word, and answers when that is done', async () => {
    const ears = await listening();
    await ears.volley(...send);
    for (const [status, kept] of [
      ['sent', 'sent'],
      ['delivered', 'delivered'],
      ['sent', 'delivered'],
      ['delivered', 'delivered'],
    ] as const) {
      const answer = await post(ears.port, receipt(status));
      expect(answer).toEqual({ status: 200, text: expect.stringContaining('<Response/>') });
      expect((await messageOf(ears)).status).toBe(kept);
    }
  });

  it('takes a failure with its code, and suppresses who is out of reach for good', async () => {
    const ears = await listening();
    await ears.volley(...send);
    await post(ears.port, receipt('undelivered', { ErrorCode: '30006' }));
    expect(await messageOf(ears)).toMatchObject({ state: 'accepted', status: 'undelivered', code: 30006 });
    await ears.volley('opt-out', 'list', '--output', 'ndjson');
    expect(ears.world.stdout.at(-1)).toContain('"source":"30006"');
  });

  it.each<[string, Call, number]>([
    ['without a signature', { body: 'a=1' }, 403],
    ['with a wrong one', { body: 'a=1', signature: 'AAAA' }, 403],
    ['to another path', { path: '/twilio/x', body: '' }, 404],
    ['to a path that only looks alike', { path: '/TWILIO', body: '' }, 404],
    ['with another method', { method: 'PUT' }, 405],
    ['that is too long', { body: 'x'.repeat(70_000) }, 413],
    ['that is no callback', { body: 'a=1', signature: signCallback(token, publicUrl, { a: '1' }) }, 400],
    [
      'whose boundaries were moved',
      { body: 'MessageStatusdelivered=x', signature: signCallback(token, publicUrl, { MessageStatusdelivered: 'x' }) },
      400,
    ],
  ])('refuses a request %s', async (_, made, status) => {
    const ears = await listening();
    expect(await call(ears.port, made)).toEqual({ status, text: '' });
    expect(ears.world.stderr.join('\n')).toMatch(/refused: /);
    expect(ears.world.stderr.join('\n')).not.toContain(token);
  });

  it.each(['http://example.com/events', 'ftp://127.0.0.1/x', 'nowhere'])(
    'does not pass events on to %s',
    async (url) => {
      const { context, stderr } = testContext();
      expect(await main(['listen', '--public-url', publicUrl, '--forward', url], context)).toBe(2);
      expect(stderr[0]).toContain('--forward needs an address with https');
    },
  );

  it('tells that it is alive', async () => {
    const ears = await listening();
    expect(await call(ears.port, { method: 'GET', path: '/healthz' })).toEqual({ status: 200, text: 'ok\n' });
  });

  it('keeps what comes before the create’s answer', async () => {
    const world = testContext({
      script: async () => {
        await post(ears.port, receipt('delivered'));
        return undefined;
      },
    });
    const ears = await listening(world);
    await ears.volley(...send);
    expect(await messageOf(ears)).toMatchObject({ state: 'accepted', status: 'delivered', sid });
  });

  it('settles a message of which no answer came, by our id in the address', async () => {
    const callbacks: string[] = [];
    const world = testContext({
      env: { VOLLEY_CALLBACK_URL: publicUrl },
      script: ({ statusCallback = '' }) => {
        callbacks.push(statusCallback);
        return { kind: 'unknown', reason: 'no answer' };
      },
    });
    const ears = await listening(world);
    expect(await ears.volley(...send)).toBe(8);
    const query = new URL(callbacks[0] ?? '').search;
    expect(query).toMatch(/^\?m=[0-9a-f]{12}-1$/);
    expect((await post(ears.port, receipt('sent'), query)).status).toBe(200);
    expect(await messageOf(ears)).toMatchObject({ state: 'accepted', status: 'sent', sid });
    expect(await ears.volley('resume', 'c')).toBe(0);
    expect(callbacks).toHaveLength(1);
  });

  it('heeds STOP and START, for the number or service they were sent to', async () => {
    const ears = await listening();
    const inbound = (more: Readonly<Record<string, string>>) =>
      post(ears.port, { MessageSid: sid, SmsStatus: 'received', From: '+14155550000', To: from, Body: '', ...more });
    const list = async () => {
      ears.world.stdout.length = 0;
      await ears.volley('opt-out', 'list', '--output', 'ndjson');
      return ears.world.stdout.map((line) => (JSON.parse(line) as { sender: string }).sender);
    };
    await inbound({ Body: 'please stop by' });
    expect(await list()).toEqual([]);
    await inbound({ Body: ' Stop\n' });
    await inbound({ Body: 'x', OptOutType: 'STOP', MessagingServiceSid: `MG${'a'.repeat(32)}` });
    expect(await list()).toEqual([from, `MG${'a'.repeat(32)}`]);
    // Whoever said STOP and then one of these has not asked to be texted again.
    for (const Body of ['не хочу start', 'Yes 👍', 'Y.E.S!', 'please start']) await inbound({ Body });
    expect(await list()).toEqual([from, `MG${'a'.repeat(32)}`]);
    await inbound({ Body: 'START' });
    expect(await list()).toEqual([`MG${'a'.repeat(32)}`]);
    await ears.volley(...send);
    expect(ears.world.sent).toHaveLength(1);
  });

  it('heeds a STOP to a service for messages that name one of its numbers, too', async () => {
    const ears = await listening();
    const service = `MG${'a'.repeat(32)}`;
    const reply = (Body: string) =>
      post(ears.port, {
        ...{ MessageSid: sid, SmsStatus: 'received', From: '+14155550000', To: from, Body },
        MessagingServiceSid: service,
      });
    const both = ['send', '+14155550000', 'Hi', '--from', from, '--messaging-service-sid', service];
    await reply('STOP');
    expect([await ears.volley(...both), ears.world.sent]).toEqual([6, []]);
    await reply('START');
    expect([await ears.volley(...both), ears.world.sent]).toEqual([0, [expect.objectContaining({ from })]]);
  });

  it('keeps what people write, once, with the campaign it answers, also with the number of a service', async () => {
    const ears = await listening();
    const reply = (n: number, Body: string, more: Readonly<Record<string, string>> = {}) =>
      post(ears.port, {
        ...{ MessageSid: `SM${String(n).padStart(32, '0')}`, SmsStatus: 'received', From: '+14155550000', To: from },
        ...{ Body, ...more },
      });
    await ears.volley(...send);
    for (const n of [7, 7, 8]) expect((await reply(n, `Yes ${n}`)).status).toBe(200);
    await reply(9, 'STOP', { MessagingServiceSid: `MG${'a'.repeat(32)}` });
    ears.world.file('volley.toml', 'store_body = false');
    const silent = await listening(ears.world);
    await post(silent.port, {
      MessageSid: `SM${'1'.repeat(32)}`,
      SmsStatus: 'received',
      From: '+1',
      To: from,
      Body: 'x',
    });
    ears.world.stdout.length = 0;
    await ears.volley('replies', '--json');
    const { replies } = JSON.parse(ears.world.stdout.at(-1) ?? '') as { replies: Record<string, unknown>[] };
    expect(replies.map(({ body, keyword, campaign }) => [body, keyword, (campaign as { name: string })?.name])).toEqual(
      [
        ['Yes 7', null, 'c'],
        ['Yes 8', null, 'c'],
        ['STOP', 'stop', 'c'],
        [null, null, undefined],
      ],
    );
  });

  it('prints a line for each event on a terminal, with what people write, and elsewhere only with --verbose', async () => {
    const said = async (stderrIsTty: boolean) => {
      const world = testContext();
      const stop = new AbortController();
      const out: string[] = [];
      const terminal = { ...world.context.terminal, stderrIsTty };
      const context = { ...world.context, terminal, signal: stop.signal, out: (line: string) => void out.push(line) };
      const ended = main(['listen', '--public-url', publicUrl, '--port', '0', '--json'], context);
      await expect.poll(() => out.length).toBe(1);
      const { port } = JSON.parse(out[0] ?? '') as { port: number };
      await post(port, receipt('delivered'));
      const Body = 'Yes \u001b[2J please';
      await post(port, { MessageSid: sid, SmsStatus: 'received', From: '+14155550000', To: from, Body });
      stop.abort();
      await ended;
      return world.stderr.slice(0, -1);
    };
    expect(await said(true)).toEqual([`delivered  ${sid}`, 'inbound  from +1415•••0000  Yes [2J please']);
    expect(await said(false)).toEqual([]);
  });

  it('takes the other token while tokens are being changed, and no API key alone', async () => {
    const ears = await listening(testContext({ env: { TWILIO_SECONDARY_AUTH_TOKEN: 'the-new-one' } }));
    const form = receipt('sent');
    const signature = signCallback('the-new-one', publicUrl, form);
    expect((await call(ears.port, { body: new URLSearchParams(form).toString(), signature })).status).toBe(200);
    const keyed = testContext({
      env: { TWILIO_AUTH_TOKEN: '', TWILIO_API_KEY: `SK${'1'.repeat(32)}`, TWILIO_API_SECRET: 's' },
    });
    expect(await main(['listen', '--public-url', publicUrl], keyed.context)).toBe(4);
    expect(await main(['listen'], testContext().context)).toBe(2);
  });

  it('outlives a client that says nothing, and ends while it is connected', async () => {
    const ears = await listening();
    const socket = connect(ears.port, '127.0.0.1');
    closing.push(() => socket.destroy());
    socket.write('POST /twilio HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await call(ears.port, { method: 'GET', path: '/healthz' })).status).toBe(200);
    socket.destroy();
    ears.stop.abort();
    expect(await ears.ended).toBe(0);
  });
});

it('sees a whole campaign delivered, over lost, doubled, reordered, early, forged and huge callbacks', async () => {
  const faults = [
    'callback-double',
    'callback-reorder',
    'callback-forged',
    'callback-early',
    'callback-huge',
    'callback-lost',
  ];
  const simulator = await startSimulator({
    authToken: token,
    accountSid: testEnv.TWILIO_ACCOUNT_SID,
    statusDelayMs: 20,
    seed: 3,
    faults: faults.map((fault) => `${fault}=0.15`),
  });
  closing.push(simulator.close);
  const world = testContext();
  const { port } = await listening(world, 'http://127.0.0.1:1/twilio');
  await closing.pop()?.();
  const url = `http://127.0.0.1:${port}/twilio`;
  const ears = await listening(world, url, String(port));
  const context = {
    ...world.context,
    env: { ...world.context.env, VOLLEY_API_URL: simulator.url, VOLLEY_CALLBACK_URL: url },
    connect: async (options: Parameters<typeof twilioProvider>[0]) => twilioProvider(options),
  };
  const list = world.file('l.csv', recipients(120));
  expect(await main(['batch', list, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'c'], context)).toBe(0);
  const statuses = async () => {
    await main(['report', 'c', '--json'], context);
    return (JSON.parse(world.stdout.at(-1) ?? '') as { statuses: Record<string, number> }).statuses;
  };
  await expect.poll(async () => (await statuses())['delivered'] ?? 0, { interval: 100 }).toBeGreaterThan(70);
  expect((await statuses())['failed']).toBeUndefined();
  // What no callback told is asked for.
  expect(await main(['track', 'c', '--for', '30s'], context)).toBe(0);
  expect(await statuses()).toEqual({ delivered: 120 });
  expect(ears.world.stderr.join('\n')).toMatch(/refused: a signature that is not right/);
});
