import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { signCallback } from '../../src/simulator/callbacks.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { closeLater, start, viaService } from './rehearsal.ts';

interface Received {
  readonly form: Record<string, string>;
  readonly signature: string;
  readonly token: string;
}

/** Somebody who takes callbacks; the first ones may be answered with an error. */
async function listen({ refusals = 0, host = '127.0.0.1' } = {}) {
  const received: Received[] = [];
  let toRefuse = refusals;
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({
      form: Object.fromEntries(new URLSearchParams(text)),
      signature: String(request.headers['x-twilio-signature']),
      token: String(request.headers['i-twilio-idempotency-token']),
    });
    response.writeHead(toRefuse-- > 0 ? 503 : 204).end();
  }).listen(0, host);
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/status?m=1&n=%20` };
}

/** Twilio's documented rule, written again here. */
function isSigned({ form, signature }: Received, url: string, authToken: string): boolean {
  const signed = Object.entries(form)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
  return (
    createHmac('sha1', authToken)
      .update(url + signed.join(''))
      .digest('base64') === signature
  );
}

/** The callbacks of one message, once so many have come and no more follow. */
async function callbacksOf(faults: readonly string[], count: number, options: SimulatorOptions = {}) {
  const { received, url } = await listen();
  const { create, simulator } = await start({ faults, statusDelayMs: 30, ...options });
  await create({ StatusCallback: url });
  await expect.poll(() => received.length).toBe(count);
  await new Promise((resolve) => setTimeout(resolve, 60));
  return received.map((one) => ({ ...one, isSigned: isSigned(one, url, simulator.authToken) }));
}

const statusesOf = (received: readonly Received[]) => received.map(({ form }) => form['MessageStatus']);

describe('status callbacks', () => {
  it('tell of every status but the first, signed, each with its token', async () => {
    const received = await callbacksOf([], 3);
    expect(statusesOf(received)).toEqual(['sending', 'sent', 'delivered']);
    expect(received.map(({ isSigned }) => isSigned)).toEqual([true, true, true]);
    expect(new Set(received.map(({ token }) => token)).size).toBe(3);
    expect(received[2]?.form).toEqual({
      ...{ MessageSid: expect.stringMatching(/^SM/), SmsSid: received[2]?.form['MessageSid'] },
      ...{ MessageStatus: 'delivered', SmsStatus: 'delivered', To: '+14155550100', From: '+14155550199' },
      ...{ AccountSid: expect.stringMatching(/^AC/), ApiVersion: '2010-04-01' },
      RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
    });
  });

  it('name the service, and the number it picked', async () => {
    const { received, url } = await listen();
    const { call } = await start({ statusDelayMs: 10 });
    await call('POST', 'Messages.json', { ...viaService, StatusCallback: url });
    await expect.poll(() => statusesOf(received)).toEqual(['queued', 'sending', 'sent', 'delivered']);
    expect(received.map(({ form }) => form['From'])).toEqual([undefined, ...Array(3).fill('+15005550006')]);
    expect(received[0]?.form['MessagingServiceSid']).toBe(viaService.MessagingServiceSid);
  });

  it('carry the code of what went wrong', async () => {
    const received = await callbacksOf(['undelivered=1'], 3);
    expect(received.map(({ form }) => form['ErrorCode'])).toEqual([undefined, undefined, '30003']);
  });

  it('do not come for a message that was canceled, nor before a schedule is due', async () => {
    const { received, url } = await listen();
    const { call } = await start({ statusDelayMs: 10 });
    const SendAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const form = { ...viaService, ScheduleType: 'fixed', SendAt, StatusCallback: url };
    const { body } = await call('POST', 'Messages.json', form);
    await call('POST', 'Messages.json', form);
    await call('POST', `Messages/${body.sid}.json`, { Status: 'canceled' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toEqual([]);
  });

  it('are tried again when nobody took them, with the same token', async () => {
    const { received, url } = await listen({ refusals: 1 });
    const { create } = await start({ statusDelayMs: 40 });
    await create({ StatusCallback: url });
    await expect.poll(() => received.length, { timeout: 3000 }).toBe(4);
    expect(received[3]?.token).toBe(received[0]?.token);
    expect(statusesOf(received)).toEqual(['sending', 'sent', 'delivered', 'sending']);
  });

  it.each([
    'https://example.com/',
    'http://192.0.2.1/',
    'http://localhost.example.com/',
    'http://127.0.0.1@example.com/',
  ])('never go to %s, which is taken all the same', async (url) => {
    const { create } = await start({ statusDelayMs: 1 });
    expect((await create({ StatusCallback: url })).status).toBe(201);
  });

  it('go to loopback by its own names only, even where another would reach it', async () => {
    const { received, url } = await listen({ host: '0.0.0.0' });
    const { create } = await start({ statusDelayMs: 1, faults: ['callback-early=1'] });
    await create({ StatusCallback: url.replace('127.0.0.1', '0.0.0.0') });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toEqual([]);
    await create({ StatusCallback: url.replace('127.0.0.1', 'localhost') });
    await expect.poll(() => received.length).toBe(4);
  });

  it.each([
    ['callback-double', 6, ['sending', 'sending', 'sent', 'sent', 'delivered', 'delivered']],
    ['callback-reorder', 3, ['delivered', 'sent', 'sending']],
    ['callback-early', 4, ['sent', 'sending', 'sent', 'delivered']],
    ['callback-lost', 0, []],
  ])('come wrong with %s', async (fault, count, expected) => {
    expect(statusesOf(await callbacksOf([`${fault}=1`], count))).toEqual(expected);
  });

  it('overtake the answer with callback-early', async () => {
    const { received, url } = await listen();
    const { create } = await start({ faults: ['callback-early=1'] });
    await create({ StatusCallback: url });
    expect(received).toHaveLength(1);
  });

  it('come with forgeries and ballast when asked for', async () => {
    const forged = (await callbacksOf(['callback-forged=1'], 6)).filter(({ isSigned }) => !isSigned);
    expect(statusesOf(forged)).toEqual(['failed', 'failed', 'failed']);
    const [huge] = await callbacksOf(['callback-huge=1'], 3);
    expect([huge?.form['Padding']?.length, huge?.isSigned]).toEqual([100_000, true]);
  });

  it.each([
    ['+14158675310', 'GvWf1cFY/Q7PnoempGyD5oXAezc='],
    ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
  ])('are signed as Twilio’s documentation shows for %s', (caller, signature) => {
    const parameters = {
      To: '+18005551212',
      Digits: '1234',
      From: caller,
      Caller: caller,
      CallSid: 'CA1234567890ABCDE',
    };
    expect(signCallback('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', parameters)).toBe(signature);
  });
});
