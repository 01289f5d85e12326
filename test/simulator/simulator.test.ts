import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { signCallback } from '../../src/simulator/callbacks.ts';
import { faultDice, parseFault } from '../../src/simulator/faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { tempFolder } from '../context.ts';

let closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function start(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  closing.push(simulator.close);
  return { simulator, ...client(simulator) };
}

type Form = Readonly<Record<string, string>> | [string, string][];

function client({ url, accountSid, authToken }: Simulator) {
  const headers = { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` };
  const account = `/2010-04-01/Accounts/${accountSid}`;
  const call = async (method: string, path: string, form?: Form) => {
    const body = form && { body: new URLSearchParams(form) };
    const response = await fetch(`${url}${path.startsWith('/') ? path : `${account}/${path}`}`, {
      method,
      headers,
      ...body,
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever the server said.
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as any };
  };
  const create = (more: Readonly<Record<string, string>> = {}) =>
    call('POST', 'Messages.json', { To: '+14155550100', From: '+14155550199', Body: 'Hi', ...more });
  return { call, create };
}

const service = { MessagingServiceSid: `MG${'a'.repeat(32)}`, From: '' };

describe('create', () => {
  it('answers as Twilio does, and keeps the truth', async () => {
    const { create, simulator } = await start();
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ to: '+14155550100', from: '+14155550199', body: 'Hi', status: 'queued', num_segments: '1', num_media: '0' },
      ...{
        direction: 'outbound-api',
        error_code: null,
        price: null,
        price_unit: 'USD',
        api_version: '2010-04-01',
        date_sent: null,
      },
      ...{ account_sid: simulator.accountSid, messaging_service_sid: null },
    });
    expect(body.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(body.date_created).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
    expect(simulator.truth()).toEqual([expect.objectContaining({ sid: body.sid, to: '+14155550100' })]);
  });

  it('says less when a service sends', async () => {
    const { call } = await start();
    const { body } = await call('POST', 'Messages.json', {
      To: '+14155550100',
      Body: 'Hi',
      MessagingServiceSid: service.MessagingServiceSid,
    });
    expect(body).toMatchObject({
      from: null,
      num_segments: '0',
      status: 'accepted',
      messaging_service_sid: service.MessagingServiceSid,
    });
  });

  it('refuses with Twilio’s error', async () => {
    const { create, simulator } = await start();
    const { status, body } = await create({ To: '+15005550009' });
    expect(status).toBe(400);
    expect(body).toEqual({
      ...{ code: 21614, status: 400, more_info: 'https://www.twilio.com/docs/errors/21614' },
      message: expect.stringContaining('not a valid mobile number'),
    });
    expect(simulator.truth()).toEqual([]);
  });

  it('asks who is there', async () => {
    const { simulator } = await start();
    const response = await fetch(`${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Messages.json`, {
      method: 'POST',
    });
    expect([response.status, await response.json()]).toEqual([
      401,
      expect.objectContaining({ code: 20003, message: 'Authenticate' }),
    ]);
  });

  it('takes an API key, and subaccounts in the path', async () => {
    const apiKey = { sid: `SK${'b'.repeat(32)}`, secret: 'shh' };
    const { simulator } = await start({ apiKey });
    const subaccount = `AC${'c'.repeat(32)}`;
    const { call } = client({ ...simulator, accountSid: apiKey.sid, authToken: apiKey.secret });
    const { body } = await call('POST', `/2010-04-01/Accounts/${subaccount}/Messages.json`, {
      To: '+14155550100',
      From: '12345',
      Body: 'Hi',
    });
    expect(body.account_sid).toBe(subaccount);
  });

  it('answers 404 and 405 in Twilio’s form', async () => {
    const { call } = await start();
    expect(await call('GET', 'Nothing.json')).toMatchObject({ status: 404, body: { code: 20404 } });
    expect(await call('DELETE', 'Messages.json')).toMatchObject({ status: 405, body: { code: 20004 } });
  });

  it('answers 429 above its number of requests at once', async () => {
    const { create } = await start({ concurrencyLimit: 1, latencyMs: 50 });
    const statuses = (await Promise.all([create(), create(), create()])).map(({ status }) => status);
    expect(statuses).toContain(429);
  });
});

describe('what became of it', () => {
  it('moves on with time', async () => {
    const clock = { now: 0 };
    const { create, call } = await start({ now: () => clock.now, statusDelayMs: 1000 });
    const { body } = await create();
    const seen = [];
    for (let i = 0; i < 5; i++) {
      const { status, date_sent: sent, price } = (await call('GET', `Messages/${body.sid}.json`)).body;
      seen.push([status, sent !== null, price]);
      clock.now += 1000;
    }
    expect(seen).toEqual([
      ['queued', false, null],
      ['sending', false, null],
      ['sent', true, null],
      ['delivered', true, '-0.00790'],
      ['delivered', true, '-0.00790'],
    ]);
  });

  it.each([
    ['+14155530003', 'undelivered', 30003],
    ['+14155530007', 'undelivered', 30007],
    ['+14155550100', 'delivered', null],
  ])('ends for %s as %s', async (to, status, code) => {
    const clock = { now: 0 };
    const { create, call } = await start({ now: () => clock.now });
    const { body } = await create({ To: to });
    clock.now += 60_000;
    expect((await call('GET', `Messages/${body.sid}.json`)).body).toMatchObject({ status, error_code: code });
  });

  it('is scheduled with a service, and then can be canceled; a sent one can not', async () => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const { call, create } = await start({ now: () => clock.now });
    const schedule = {
      To: '+14155550100',
      Body: 'Hi',
      MessagingServiceSid: service.MessagingServiceSid,
      ScheduleType: 'fixed',
    };
    const { body } = await call('POST', 'Messages.json', { ...schedule, SendAt: '2026-11-23T11:00:00Z' });
    expect(body.status).toBe('scheduled');
    expect((await call('POST', `Messages/${body.sid}.json`, { Status: 'canceled' })).body.status).toBe('canceled');
    const sent = (await create()).body;
    expect(await call('POST', `Messages/${sent.sid}.json`, { Status: 'canceled' })).toMatchObject({
      status: 409,
      body: { code: 30409 },
    });
  });

  it('can be redacted and deleted without a change to the truth', async () => {
    const clock = { now: 0 };
    const { create, call, simulator } = await start({ now: () => clock.now });
    const { body } = await create();
    expect((await call('POST', `Messages/${body.sid}.json`, { Body: '' })).body.body).toBe('');
    expect((await call('DELETE', `Messages/${body.sid}.json`)).status).toBe(409);
    clock.now += 60_000;
    expect((await call('DELETE', `Messages/${body.sid}.json`)).status).toBe(204);
    expect((await call('GET', `Messages/${body.sid}.json`)).status).toBe(404);
    expect(simulator.truth()[0]?.parameters).toContainEqual(['Body', 'Hi']);
  });

  it('takes feedback for a message that announced it', async () => {
    const { create, call } = await start();
    const asked = (await create({ ProvideFeedback: 'true' })).body;
    const plain = (await create()).body;
    expect(await call('POST', `Messages/${asked.sid}/Feedback.json`, { Outcome: 'confirmed' })).toMatchObject({
      status: 201,
      body: { outcome: 'confirmed', message_sid: asked.sid },
    });
    expect((await call('POST', `Messages/${asked.sid}/Feedback.json`, { Outcome: 'perhaps' })).status).toBe(400);
    expect((await call('POST', `Messages/${plain.sid}/Feedback.json`, { Outcome: 'confirmed' })).status).toBe(404);
  });

  it('keeps media', async () => {
    const { call } = await start();
    const form: [string, string][] = [
      ['To', '+14155550100'],
      ['From', '12345'],
      ['MediaUrl', 'https://e.com/1'],
      ['MediaUrl', 'https://e.com/2'],
    ];
    const { body } = await call('POST', 'Messages.json', form);
    expect(body.sid).toMatch(/^MM/);
    const media = (await call('GET', `Messages/${body.sid}/Media.json`)).body.media_list;
    expect(media).toHaveLength(2);
    expect((await call('DELETE', `Messages/${body.sid}/Media/${media[0].sid}.json`)).status).toBe(204);
    expect((await call('GET', `Messages/${body.sid}/Media.json`)).body.media_list).toHaveLength(1);
  });
});

describe('lists', () => {
  it('come in pages, newest first, and nothing shifts when a message comes between', async () => {
    const { create, call } = await start();
    for (let i = 0; i < 5; i++) await create({ Body: String(i) });
    const bodies: string[] = [];
    let next: string | null = 'Messages.json?PageSize=2';
    while (next) {
      const page: Awaited<ReturnType<typeof call>> = await call('GET', next);
      bodies.push(...page.body.messages.map((message: { body: string }) => message.body));
      next = page.body.next_page_uri;
      await create({ Body: 'later' });
    }
    expect(bodies).toEqual(['4', '3', '2', '1', '0']);
  });

  it('are filtered by To, From and the day sent, and by nothing else', async () => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const { create, call } = await start({ now: () => clock.now });
    await create();
    await create({ To: '+14155550101', From: '12345' });
    clock.now += 60_000;
    const count = async (query: string) => (await call('GET', `Messages.json?${query}`)).body.messages.length;
    expect(await count('To=%2B14155550100')).toBe(1);
    expect(await count('From=12345')).toBe(1);
    expect(await count('DateSent=2026-11-23')).toBe(2);
    expect(await count('DateSent%3E=2026-11-24')).toBe(0);
    expect(await count('Body=nothing')).toBe(2);
  });
});

describe('faults', () => {
  /** What a client sees of one create, and whether there is a message. */
  const seen = async (fault: string) => {
    const { simulator, create } = await start({ faults: [`${fault}=1`] });
    const answer = await Promise.race([
      create().then(
        ({ status }) => status,
        (error: Error) => error.constructor.name,
      ),
      new Promise((resolve) => setTimeout(() => resolve('nothing'), 300)),
    ]);
    const created = simulator.truth().length;
    return [answer, created];
  };

  it.each([
    ['429', 429, 0],
    ['429-date', 429, 0],
    ['429-huge', 429, 0],
    ['500-before', 500, 0],
    ['500-after', 500, 1],
    ['502-before', 502, 0],
    ['502-after', 502, 1],
    ['503-before', 503, 0],
    ['503-after', 503, 1],
    ['504-before', 504, 0],
    ['504-after', 504, 1],
    ['reset-before-read', 'TypeError', 0],
    ['reset-after-read', 'TypeError', 0],
    ['reset-after-create', 'TypeError', 1],
    ['fin-mid-headers', 'TypeError', 1],
    ['torn-201', 'TypeError', 1],
    ['bad-json-201', 'SyntaxError', 1],
    ['html-201', 'SyntaxError', 1],
    ['wrong-sid-201', 201, 1],
    ['hang', 'nothing', 0],
    ['hang-created', 'nothing', 1],
    ['late-create', 'nothing', 0],
    ['slow', 'nothing', 1],
    ['byte-a-second', 'nothing', 1],
  ])('%s shows as %s with %i created', async (fault, answer, created) => {
    expect(await seen(fault)).toEqual([answer, created]);
  });

  it('redirects', async () => {
    const { simulator } = await start({ faults: ['redirect=1'] });
    const headers = {
      authorization: `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`,
    };
    const body = new URLSearchParams({ To: '+14155550100', From: '12345', Body: 'Hi' });
    const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Messages.json`;
    expect((await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })).status).toBe(302);
  });

  it('creates late, when the client has gone', async () => {
    const { simulator } = await start({ faults: ['late-create=1'] });
    const headers = {
      authorization: `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`,
    };
    const body = new URLSearchParams({ To: '+14155550100', From: '12345', Body: 'Hi' });
    const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Messages.json`;
    await expect(fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(100) })).rejects.toThrow();
    await expect.poll(() => simulator.truth().length).toBe(1);
  });

  it.each([
    ['rewritten-body', { body: "it's" }],
    ['trial-prefix', { body: 'Sent from your Twilio trial account - it’s' }],
    ['null-from', { from: null }],
  ])('%s changes what the resource says', async (fault, expected) => {
    const { create } = await start({ faults: [`${fault}=1`] });
    expect((await create({ Body: 'it’s' })).body).toMatchObject(expected);
  });

  it('hides messages from lists, for a while or for ever, and fails lists', async () => {
    const clock = { now: 0 };
    const now = () => clock.now;
    const count = async (fault: string) => {
      const { create, call } = await start({ faults: [`${fault}=1`], now });
      await create();
      const early = (await call('GET', 'Messages.json')).body.messages?.length;
      clock.now += 6000;
      return [early, (await call('GET', 'Messages.json')).body.messages?.length];
    };
    expect(await count('list-lag')).toEqual([0, 1]);
    expect(await count('list-omission')).toEqual([0, 0]);
    expect(await count('list-failing')).toEqual([undefined, undefined]);
  });

  it('are the same again for a seed, near their shares, and exclude each other', () => {
    const roll = (seed: number) => {
      const dice = faultDice(['429=0.1', 'hang=0.2'], seed);
      return Array.from({ length: 5000 }, () => dice.onCreate());
    };
    expect(roll(7)).toEqual(roll(7));
    expect(roll(7)).not.toEqual(roll(8));
    expect(roll(7).filter((fault) => fault === '429').length / 5000).toBeCloseTo(0.1, 1);
    expect(roll(7).filter((fault) => fault === 'hang').length / 5000).toBeCloseTo(0.2, 1);
  });

  it.each(['nonsense=0.1', '429', '429=2', '429=x'])('refuse %s', (text) => expect(() => parseFault(text)).toThrow());

  it('follow a script', async () => {
    const { create } = await start({ script: (_, n) => (n === 2 ? '500-before' : undefined) });
    expect([(await create()).status, (await create()).status, (await create()).status]).toEqual([201, 500, 201]);
  });

  it('leave the truth on disk over a restart', async () => {
    const truthFile = join(tempFolder(), 'truth.ndjson');
    const first = await start({ truthFile });
    const { body } = await first.create();
    await first.simulator.close();
    const second = await start({ truthFile });
    expect(second.simulator.truth()).toEqual(first.simulator.truth());
    expect((await second.call('GET', `Messages/${body.sid}.json`)).status).toBe(200);
  });
});

describe('status callbacks', () => {
  async function receive(faults: readonly string[], callbacks: number) {
    const received: { form: Record<string, string>; signature: string }[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      received.push({
        form: Object.fromEntries(new URLSearchParams(text)),
        signature: String(request.headers['x-twilio-signature']),
      });
      response.end();
    }).listen(0, '127.0.0.1');
    closing.push(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status?m=1`;
    const { create, simulator } = await start({ faults, statusDelayMs: 20 });
    await create({ StatusCallback: url });
    await expect.poll(() => received.length).toBe(callbacks);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const isSigned = received.map(({ form, signature }) => signCallback(simulator.authToken, url, form) === signature);
    return { statuses: received.map(({ form }) => form['MessageStatus']), isSigned, received };
  }

  it('tell of every status but the first, signed', async () => {
    const { statuses, isSigned, received } = await receive([], 3);
    expect([statuses, isSigned]).toEqual([
      ['sending', 'sent', 'delivered'],
      [true, true, true],
    ]);
    expect(received[2]?.form).toMatchObject({ To: '+14155550100', From: '+14155550199', ApiVersion: '2010-04-01' });
  });

  it.each([
    ['callback-double', 6, ['sending', 'sending', 'sent', 'sent', 'delivered', 'delivered']],
    ['callback-reorder', 3, ['delivered', 'sent', 'sending']],
    ['callback-early', 4, ['sent', 'sending', 'sent', 'delivered']],
    ['callback-lost', 0, []],
  ])('come wrong with %s', async (fault, count, expected) => {
    expect((await receive([`${fault}=1`], count)).statuses).toEqual(expected);
  });

  it('come with forgeries and ballast when asked for', async () => {
    expect((await receive(['callback-forged=1'], 6)).isSigned).toContain(false);
    expect((await receive(['callback-huge=1'], 3)).received[0]?.form['Padding']).toHaveLength(100_000);
  });

  it('are signed as Twilio’s documentation shows', () => {
    const parameters = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+12349013030',
      Digits: '1234',
      From: '+12349013030',
      To: '+18005551212',
    };
    expect(signCallback('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', parameters)).toBe(
      '0/KCTR6DLpKmkAf8muzZqo1nDgQ=',
    );
  });
});
