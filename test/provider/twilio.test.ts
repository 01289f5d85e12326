import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { MessageRequest } from '../../src/core/message.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type Fate, transportContract } from '../contracts/provider.ts';
import { scriptedProvider } from '../scripted-provider.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

const request: MessageRequest = { to: '+14155550100', from: '+14155550199', body: 'Hi' };

async function toSimulator(options: SimulatorOptions = {}, secret?: string) {
  const simulator = await startSimulator(options);
  closing.push(simulator.close);
  const { url: baseUrl, accountSid, authToken } = simulator;
  const credentials = { accountSid, user: accountSid, secret: secret ?? authToken };
  const provider = twilioProvider({ credentials, baseUrl, timeoutMs: 300 });
  return { simulator, provider, created: () => simulator.truth().length };
}

async function toServer(listener: RequestListener, timeoutMs = 1000) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return twilioProvider({ credentials: { accountSid: 'AC1', user: 'AC1', secret: 'canary' }, baseUrl, timeoutMs });
}

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  toServer(
    (_, response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body),
  );

describe('the Twilio provider', () => {
  transportContract((fate) => {
    const fates: Readonly<Record<Fate, () => ReturnType<typeof toSimulator>>> = {
      accepted: () => toSimulator(),
      rejected: () => toSimulator({ script: (form) => void form.set('To', '+15005550009') as undefined }),
      retry: () => toSimulator({ faults: ['429=1'] }),
      unknown: () => toSimulator({ faults: ['reset-after-create=1'] }),
      stop: () => toSimulator({}, 'wrong'),
    };
    return fates[fate]();
  });
});

describe('the scripted provider of the tests', () => {
  transportContract(async (fate) => {
    const results = {
      accepted: undefined,
      rejected: { kind: 'rejected', code: 21614, reason: 'no' },
      retry: { kind: 'retry', cause: 'busy', reason: 'busy' },
      unknown: { kind: 'unknown', reason: 'no answer' },
      stop: { kind: 'stop', code: 20003, reason: 'no' },
    } as const;
    const provider = scriptedProvider(() => results[fate]);
    return { provider, created: () => provider.sent.length };
  });
});

describe('what arrives', () => {
  it('is every parameter, whole, with repeated keys for repeated values', async () => {
    const { simulator, provider } = await toSimulator();
    const body = 'Ada & Bob + "Eve"\'s 100% <b>\nnew line\r\n=end; 😀 字 \t{{ x }}';
    const mediaUrl = Array.from({ length: 10 }, (_, i) => `https://e.com/${i}?a=1&b=,x`);
    await provider.send({
      ...{
        ...request,
        body,
        mediaUrl,
        validityPeriod: 60,
        provideFeedback: true,
        maxPrice: 0.05,
        extra: { NewThing: 'a=b&c' },
      },
      ...{
        messagingServiceSid: `MG${'a'.repeat(32)}`,
        persistentAction: ['geo:1,2', 'geo:3,4'],
        contentRetention: 'discard',
      },
    });
    const form = new URLSearchParams([...(simulator.truth()[0]?.parameters ?? [])]);
    expect(form.get('Body')).toBe(body);
    expect(form.getAll('MediaUrl')).toEqual(mediaUrl);
    expect(form.getAll('PersistentAction')).toEqual(['geo:1,2', 'geo:3,4']);
    expect(Object.fromEntries(form)).toMatchObject({
      ...{ To: request.to, From: request.from, ValidityPeriod: '60', ProvideFeedback: 'true', MaxPrice: '0.05' },
      ...{ NewThing: 'a=b&c', ContentRetention: 'discard', MessagingServiceSid: `MG${'a'.repeat(32)}` },
    });
    expect(form.has('AccountSid')).toBe(false);
  });

  it('goes to the subaccount of the request, with the credentials of the config', async () => {
    const { simulator, provider } = await toSimulator();
    const accountSid = `AC${'c'.repeat(32)}`;
    expect((await provider.send({ ...request, accountSid })).kind).toBe('accepted');
    expect(simulator.truth()[0]?.accountSid).toBe(accountSid);
  });
});

describe('what an end proves', () => {
  it.each([
    '500-before',
    '500-after',
    '502-after',
    '503-before',
    '504-after',
    'reset-before-read',
    'reset-after-read',
    'reset-after-create',
  ])('%s: it may have been sent', async (fault) => {
    const { provider } = await toSimulator({ faults: [`${fault}=1`] });
    expect((await provider.send(request)).kind).toBe('unknown');
  });

  it.each([
    'fin-mid-headers',
    'torn-201',
    'bad-json-201',
    'html-201',
    'wrong-sid-201',
    'redirect',
    'hang',
    'hang-created',
    'late-create',
    'slow',
    'byte-a-second',
  ])('%s: it may have been sent', async (fault) => {
    const { provider } = await toSimulator({ faults: [`${fault}=1`] });
    expect((await provider.send(request)).kind).toBe('unknown');
  });

  it.each([
    ['a 408', 408, '{"code":20408,"message":"timeout"}'],
    ['a 200', 200, `{"sid":"SM${'1'.repeat(32)}"}`],
    ['a 202', 202, `{"sid":"SM${'1'.repeat(32)}"}`],
    ['a 204', 204, ''],
    ['a 400 that is not Twilio’s', 400, '<html>'],
    ['a 404 of some proxy', 404, 'not found'],
    ['a 201 with a null SID', 201, '{"sid":null}'],
    ['a 201 with an upper-case SID', 201, `{"sid":"SM${'A'.repeat(32)}"}`],
    ['a 201 that is a list', 201, '[]'],
  ])('%s: it may have been sent', async (_, status, body) => {
    const provider = await answering(status, body);
    expect((await provider.send(request)).kind).toBe('unknown');
  });

  it.each([
    ['a connection that is refused', async () => 'http://127.0.0.1:1'],
    ['a name that does not resolve', async () => 'http://nowhere.invalid'],
  ])('%s: certainly not sent', async (_, url) => {
    const provider = twilioProvider({
      credentials: { accountSid: 'AC1', user: 'AC1', secret: 'x' },
      baseUrl: await url(),
      timeoutMs: 2000,
    });
    expect(await provider.send(request)).toMatchObject({ kind: 'retry', cause: 'unreachable' });
  });

  it('TLS that fails: certainly not sent', async () => {
    const server = createTcpServer((socket) => void socket.end('this is not TLS')).listen(0, '127.0.0.1');
    closing.push(() => server.close());
    await once(server, 'listening');
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = twilioProvider({
      credentials: { accountSid: 'AC1', user: 'AC1', secret: 'x' },
      baseUrl,
      timeoutMs: 2000,
    });
    expect(await provider.send(request)).toMatchObject({ kind: 'retry', cause: 'unreachable' });
  });

  it('a kept-alive connection that is cut: it may have been sent', async () => {
    let count = 0;
    const provider = await toServer((incoming, response) => {
      if (++count === 1) response.writeHead(201).end(`{"sid":"SM${'1'.repeat(32)}","status":"queued"}`);
      else incoming.socket.resetAndDestroy();
    });
    expect((await provider.send(request)).kind).toBe('accepted');
    expect((await provider.send(request)).kind).toBe('unknown');
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    [
      'a date, by the server’s own clock',
      { 'retry-after': 'Mon, 23 Nov 2026 10:00:09 GMT', date: 'Mon, 23 Nov 2026 10:00:00 GMT' },
      9000,
    ],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['zero', { 'retry-after': '0' }, undefined],
    ['twenty nines', { 'retry-after': '9'.repeat(20) }, undefined],
    ['nothing', {}, undefined],
  ])('a 429 with %s as Retry-After', async (_, headers, afterMs) => {
    const provider = await answering(429, '{"code":20429,"message":"Too Many Requests"}', headers);
    expect(await provider.send(request)).toEqual({
      kind: 'retry',
      cause: 'busy',
      reason: 'Twilio is busy (429)',
      ...(afterMs && { afterMs }),
    });
  });

  it('a 429 about a sender’s full queue is about that sender', async () => {
    const provider = await answering(429, '{"code":21611,"message":"queue full"}', { 'retry-after': '5' });
    expect(await provider.send(request)).toEqual({ kind: 'rejected', code: 21_611, reason: 'queue full' });
  });

  it('an answer that comes packed, though nobody asked for that: it counts', async () => {
    const packed = gzipSync(`{"sid":"SM${'1'.repeat(32)}","status":"queued"}`);
    const provider = await toServer((_, response) =>
      response.writeHead(201, { 'content-encoding': 'gzip' }).end(packed),
    );
    expect(await provider.send(request)).toEqual({ kind: 'accepted', sid: `SM${'1'.repeat(32)}`, status: 'queued' });
  });

  it('a redirect: it may have been sent, and nobody else is asked', async () => {
    const asked: unknown[] = [];
    const provider = await toServer((incoming, response) => {
      asked.push(incoming.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect((await provider.send(request)).kind).toBe('unknown');
    expect(asked).toEqual(['/2010-04-01/Accounts/AC1/Messages.json']);
  });

  it.each<[string, RequestListener]>([
    ['stops in the middle', (incoming) => setTimeout(() => incoming.socket.end(), 20)],
    ['is reset in the middle', (incoming) => setTimeout(() => incoming.socket.resetAndDestroy(), 20)],
    ['never ends', () => undefined],
  ])('an answer that %s: it may have been sent', async (_, go) => {
    const provider = await toServer((incoming, response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).write(`{"sid":"SM${'1'.repeat(32)}",`);
      go(incoming, response as never);
    }, 300);
    expect((await provider.send(request)).kind).toBe('unknown');
  });

  it('an answer without end: it may have been sent, and is cut off while it comes', async () => {
    let written = 0;
    const endless: RequestListener = (_, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        written += chunk.length;
      };
      response.on('drain', more);
      more();
    };
    const provider = await toServer(endless, 20_000);
    expect(await provider.send(request)).toEqual({ kind: 'unknown', reason: 'no answer: an answer far too long' });
    expect(written).toBeLessThan(40 * 1024 * 1024);
    expect(await provider.list('+14155550100')).toEqual({ ok: false, reason: 'an answer far too long' });
  });

  it('an answer that says it is huge: it may have been sent, and is not read', async () => {
    const provider = await toServer((_, response) => {
      response.writeHead(201, { 'content-length': String(10 ** 12) }).write('{');
    });
    expect(await provider.send(request)).toEqual({ kind: 'unknown', reason: 'no answer: an answer far too long' });
  });

  it.each([
    [401, 20003],
    [403, 20403],
    [404, 20404],
    [400, 20005],
  ])('a %i with code %i stops the run', async (status, code) => {
    const provider = await answering(status, JSON.stringify({ code, message: 'no', status }));
    expect(await provider.send(request)).toEqual({ kind: 'stop', code, reason: 'no' });
  });

  it('a refusal with any other code is about the message', async () => {
    const provider = await answering(400, '{"code":29999,"message":"new rule"}');
    expect(await provider.send(request)).toEqual({ kind: 'rejected', code: 29_999, reason: 'new rule' });
  });
});

describe('prices', () => {
  it('are the dearest of each kind of sender, in the currency of the account', async () => {
    const { provider } = await toSimulator();
    expect(await provider.prices('US')).toEqual({
      currency: 'USD',
      bySenderKind: { local: 0.0083, 'toll free': 0.0083, mobile: 0.0083, shortcode: 0.0166 },
    });
    const carrier = (...prices: (readonly [string, unknown])[]) => ({
      prices: prices.map(([number_type, current_price]) => ({ number_type, current_price })),
    });
    const list = [carrier(['local', '0.01'], ['odd', 'x']), carrier(['local', '0.02']), {}];
    const other = await answering(200, JSON.stringify({ price_unit: 'EUR', outbound_sms_prices: list }));
    expect(await other.prices('DE')).toEqual({ currency: 'EUR', bySenderKind: { local: 0.02 } });
  });

  it.each([
    [404, '{}'],
    [200, '{}'],
    [200, 'torn'],
    [200, '{"outbound_sms_prices":[],"price_unit":7}'],
  ])('are unknown after HTTP %i %s', async (status, body) => {
    expect(await (await answering(status, body)).prices('XX')).toBeUndefined();
  });
});

describe('the other clock', () => {
  const dated = (date: string | undefined, more: Record<string, string> = {}) =>
    toServer((_, response) => {
      response.sendDate = false;
      response.writeHead(400, { ...(date !== undefined && { date }), ...more }).end('{"code":21614,"message":"no"}');
    });
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();

  it('is not known before the first answer', async () => {
    expect((await dated(inMinutes(0))).clockAheadMs()).toBeUndefined();
  });

  it.each([
    ['right', 0],
    ['2 min behind', -2],
    ['1 h ahead', 60],
  ])('is known from a send: %s', async (_, minutes) => {
    const provider = await dated(inMinutes(minutes));
    await provider.send(request);
    expect(Math.abs((provider.clockAheadMs() ?? Number.NaN) - minutes * 60_000)).toBeLessThan(2000);
  });

  it.each<[string, string | undefined, Record<string, string>]>([
    ['no date', undefined, {}],
    ['no date at all', 'yesterday', {}],
    ['a date years off', 'Mon, 23 Nov 1970 10:00:00 GMT', {}],
    ['a date out of a cache', inMinutes(-3), { age: '180' }],
  ])('is not known from %s', async (_, date, more) => {
    const provider = await dated(date, more);
    await provider.send(request);
    expect(provider.clockAheadMs()).toBeUndefined();
  });

  it('is told with a list', async () => {
    const { provider } = await toSimulator({ faults: ['clock-skew=1'] });
    const list = await provider.list('+14155550100');
    expect(Math.abs((list.ok ? (list.clockAheadMs ?? 0) : 0) - 90_000)).toBeLessThan(2000);
  });
});

describe('a list that is refused as too many', () => {
  it.each([
    ['and says when', { 'retry-after': '7' }, { afterMs: 7000 }],
    ['and does not say when', {}, {}],
  ])('is told as busy, %s', async (_, headers, busy) => {
    const provider = await answering(429, '{"code":20429,"message":"Too Many Requests"}', headers);
    expect(await provider.list('+14155550100')).toEqual({ ok: false, reason: 'HTTP 429', busy });
  });
});

describe('what creates nothing', () => {
  it.each([200, 201, 202, 204])('is done after HTTP %i', async (status) => {
    const provider = await answering(status, '');
    expect(await provider.feedback('SM1', 'confirmed')).toBeUndefined();
    expect(await provider.redact('SM1')).toBeUndefined();
    expect(await provider.remove('SM1')).toBeUndefined();
  });

  it('is not done after a redirect or an error', async () => {
    expect(await (await answering(302, '')).feedback('SM1', 'confirmed')).toBe('HTTP 302');
    expect(await (await answering(404, '{"code":20404,"message":"no"}')).feedback('SM1', 'confirmed')).toBe(
      '20404: no',
    );
  });
});

describe('calling back', () => {
  const scheduled: MessageRequest = {
    ...{ to: '+14155550100', messagingServiceSid: `MG${'a'.repeat(32)}`, body: 'Hi' },
    ...{ sendAt: new Date(Date.now() + 3_600_000).toISOString(), scheduleType: 'fixed' },
  };

  it('cancels what is scheduled, and says why it could not cancel the rest', async () => {
    const { provider } = await toSimulator();
    const sidOf = async (what: MessageRequest) => {
      const sent = await provider.send(what);
      return 'sid' in sent ? sent.sid : '';
    };
    expect(await provider.cancel(await sidOf(scheduled))).toEqual({ ok: true, status: 'canceled' });
    expect(await provider.cancel(await sidOf(request))).toEqual({
      ok: false,
      reason: expect.stringMatching(/^30409: /),
    });
    expect(await provider.cancel(`SM${'0'.repeat(32)}`)).toEqual({
      ok: false,
      reason: expect.stringMatching(/^20404: /),
    });
    const torn = await answering(200, 'torn');
    expect(await torn.cancel('SM1')).toEqual({ ok: false, reason: 'an odd answer' });
  });
});

describe('the account', () => {
  it('is looked at without sending', async () => {
    const { provider, created } = await toSimulator();
    expect(await provider.account()).toMatchObject({ status: 'active', type: 'Full' });
    expect(created()).toBe(0);
  });

  it.each([
    ['is refused', () => toSimulator({}, 'wrong').then(({ provider }) => provider), /refused the credentials/],
    ['answers oddly', () => answering(500, ''), /odd answer: HTTP 500/],
  ])('%s', async (_, open, message) => {
    await expect((await open()).account()).rejects.toThrow(message);
  });
});

it('never lets the secret out, whatever goes wrong', async () => {
  const secret = 'canary-4f1d0c';
  const encoded = Buffer.from(`AC1:${secret}`).toString('base64');
  const credentials = { accountSid: 'AC1', user: 'AC1', secret };
  const results: unknown[] = [];
  for (const baseUrl of ['http://127.0.0.1:1', 'http://nowhere.invalid', 'https://127.0.0.1:1']) {
    results.push(await twilioProvider({ credentials, baseUrl, timeoutMs: 500 }).send(request));
  }
  const echo = await toServer(
    (incoming, response) => void response.writeHead(418).end(String(incoming.headers.authorization)),
  );
  results.push(await echo.send(request));
  expect(JSON.stringify(results)).not.toContain(secret);
  expect(JSON.stringify(results)).not.toContain(encoded);
});
