import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { basic, clientOf, plain, start, viaService } from './rehearsal.ts';

const date = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/;

describe('a create', () => {
  it('is answered with the whole resource, and the truth is kept', async () => {
    const { create, simulator } = await start();
    const { status, headers, body } = await create();
    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ account_sid: simulator.accountSid, sid: expect.stringMatching(/^SM[0-9a-f]{32}$/) },
      ...{ to: plain.To, from: plain.From, body: 'Hi', messaging_service_sid: null, direction: 'outbound-api' },
      ...{ status: 'queued', num_segments: '1', num_media: '0', error_code: null, error_message: null },
      ...{ price: null, price_unit: 'USD', api_version: '2010-04-01' },
      ...{ date_created: expect.stringMatching(date), date_updated: expect.stringMatching(date), date_sent: null },
      uri: `/2010-04-01/Accounts/${simulator.accountSid}/Messages/${body.sid}.json`,
      subresource_uris: {
        media: `/2010-04-01/Accounts/${simulator.accountSid}/Messages/${body.sid}/Media.json`,
        feedback: `/2010-04-01/Accounts/${simulator.accountSid}/Messages/${body.sid}/Feedback.json`,
      },
    });
    expect(headers.get('twilio-concurrent-requests')).toBe('1');
    expect(headers.get('twilio-request-id')).toMatch(/^RQ[0-9a-f]{32}$/);
    expect(simulator.truth()).toEqual([expect.objectContaining({ sid: body.sid, to: plain.To })]);
    expect([simulator.requests(), simulator.arrivals().length]).toEqual([1, 1]);
  });

  it('says less when a service sends', async () => {
    const { call } = await start();
    const { body } = await call('POST', 'Messages.json', viaService);
    expect(body).toMatchObject({ from: null, num_segments: '0', status: 'accepted' });
    expect(body.messaging_service_sid).toBe(viaService.MessagingServiceSid);
  });

  it.each([
    ['a plus, an ampersand and an equals sign', '1 + 1 = 2 & "so on" 100%'],
    ['new lines', 'one\ntwo\r\nthree'],
    ['emoji and other scripts', '😀 👩‍👩‍👧 字 ñ é'],
    ['markup and braces', '<b>{{ name }}</b>\t#;'],
  ])('keeps %s whole', async (_, text) => {
    const { create, simulator } = await start();
    expect((await create({ Body: text })).body.body).toBe(text);
    expect(simulator.truth()[0]?.parameters).toContainEqual(['Body', text]);
  });

  it('takes ten media, each under its own key', async () => {
    const { call, simulator } = await start();
    const media = Array.from({ length: 10 }, (_, i): [string, string] => ['MediaUrl', `https://e.com/${i}?a=1&b=,`]);
    const { body } = await call('POST', 'Messages.json', [['To', plain.To], ['From', '12345'], ...media]);
    expect([body.sid.slice(0, 2), body.num_media]).toEqual(['MM', '10']);
    expect(simulator.truth()[0]?.parameters.slice(2)).toEqual(media);
  });

  it('counts segments', async () => {
    const { create } = await start();
    expect((await create({ Body: 'x'.repeat(161) })).body.num_segments).toBe('2');
    expect((await create({ Body: '字'.repeat(71) })).body.num_segments).toBe('2');
  });

  it('is refused with Twilio’s error, and leaves no truth', async () => {
    const { create, simulator } = await start();
    const { status, body } = await create({ To: '+15005550009' });
    expect(status).toBe(400);
    expect(body).toEqual({
      ...{ code: 21614, status: 400, more_info: 'https://www.twilio.com/docs/errors/21614' },
      message: expect.stringContaining('not a valid mobile number'),
    });
    expect([simulator.truth().length, simulator.requests()]).toEqual([0, 1]);
  });

  it('is not made of half a request', async () => {
    const { simulator, account } = await start();
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    const form = new URLSearchParams(plain).toString();
    const head = [
      `POST ${account}/Messages.json HTTP/1.1`,
      'Host: simulator',
      `Authorization: ${basic(simulator.accountSid, simulator.authToken)}`,
      `Content-Length: ${form.length + 5}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${form}`);
    await expect.poll(() => simulator.requests()).toBe(1);
    socket.destroy();
    await once(socket, 'close');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(simulator.truth()).toEqual([]);
  });
});

describe('the door', () => {
  const wrong = async (user: string, secret: string) => {
    const { simulator } = await start();
    return clientOf({ ...simulator, authToken: secret, accountSid: user }).call('GET', 'Messages.json');
  };

  it.each([
    ['a wrong token', 'AC00000000000000000000000000051401', 'wrong'],
    ['somebody else', `AC${'9'.repeat(32)}`, '51051051051051051051051051051051'],
    ['an API key it does not know', `SK${'9'.repeat(32)}`, 'secret'],
  ])('is closed to %s', async (_, user, secret) => {
    const { status, headers, body } = await wrong(user, secret);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Basic');
    expect(body).toEqual({
      ...{ code: 20003, message: 'Authenticate', status: 401 },
      more_info: 'https://www.twilio.com/docs/errors/20003',
    });
  });

  it('is closed to nobody in particular', async () => {
    const { simulator, account } = await start();
    const response = await fetch(`${simulator.url}${account}/Messages.json`, { method: 'POST' });
    expect([response.status, simulator.requests()]).toEqual([401, 0]);
  });

  it('is open to an API key, for subaccounts too', async () => {
    const apiKey = `SK${'b'.repeat(32)}`;
    const { simulator } = await start({ apiKey, apiSecret: 'shh' });
    const subaccount = `AC${'c'.repeat(32)}`;
    const { call } = clientOf({ url: simulator.url, accountSid: apiKey, authToken: 'shh' });
    const { body } = await call('POST', `/2010-04-01/Accounts/${subaccount}/Messages.json`, plain);
    expect(body.account_sid).toBe(subaccount);
    expect(simulator.truth()[0]?.accountSid).toBe(subaccount);
    const path = (account: string) => `/2010-04-01/Accounts/${account}/Messages/${body.sid}.json`;
    expect((await call('GET', path(subaccount))).status).toBe(200);
    expect((await call('GET', path(simulator.accountSid))).status).toBe(404);
  });

  it.each([
    ['GET', 'Nothing.json', 404, 20404],
    ['GET', '/2010-04-01/Accounts/nobody/Messages.json', 404, 20404],
    ['GET', `Messages/SM${'0'.repeat(32)}.json`, 404, 20404],
    ['DELETE', 'Messages.json', 405, 20004],
    ['PUT', 'Balance.json', 405, 20004],
  ])('answers %s %s with %i and code %i', async (method, path, status, code) => {
    const { call } = await start();
    expect(await call(method, path)).toMatchObject({ status, body: { code, status } });
  });

  it('answers 429 above its number of requests at once', async () => {
    const { create, simulator } = await start({ concurrencyLimit: 1, latencyMs: 50 });
    const statuses = (await Promise.all([create(), create(), create()])).map(({ status }) => status);
    expect(statuses).toContain(429);
    expect(simulator.truth()).toHaveLength(statuses.filter((status) => status === 201).length);
  });
});

describe('a simulator', () => {
  it('closes at once, whoever is waiting', async () => {
    const simulator = await startSimulator({ faults: ['hang=1'], latencyMs: 20 });
    const { create } = clientOf(simulator);
    const waiting = expect(create()).rejects.toThrow();
    await expect.poll(() => simulator.requests()).toBe(1);
    const startedAt = performance.now();
    await simulator.close();
    await waiting;
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  it('says which port is taken', async () => {
    const { simulator } = await start();
    const port = Number(new URL(simulator.url).port);
    await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'usage' });
  });

  it('says when it fails itself: silence would pass for a fault', async () => {
    const { create } = await start({
      script: () => {
        throw new Error('a bug in the script');
      },
    });
    expect(await create()).toMatchObject({
      status: 500,
      body: { message: 'The simulator failed: a bug in the script' },
    });
  });
});
