import { describe, expect, it } from 'vitest';
import { plain, start, startAt, viaService } from './rehearsal.ts';

const time = '2026-11-23T10:00:00Z';

describe('the status of a message', () => {
  it.each([
    ['a number', plain, ['queued', 'sending', 'sent', 'delivered', 'delivered']],
    ['a service', viaService, ['accepted', 'queued', 'sending', 'sent', 'delivered']],
  ])('moves on with time, from %s', async (_, form, expected) => {
    const { clock, call } = await startAt(time, { statusDelayMs: 1000 });
    const { body } = await call('POST', 'Messages.json', form);
    const seen = [];
    for (let i = 0; i < 5; i++) {
      seen.push((await call('GET', `Messages/${body.sid}.json`)).body.status);
      clock.now += 1000;
    }
    expect(seen).toEqual(expected);
  });

  it('brings the date sent, and the price at the end', async () => {
    const { clock, create, call } = await startAt(time);
    const { body } = await create();
    const look = async (atMs: number) => {
      clock.now = Date.parse(time) + atMs;
      const { status, date_sent: sent, price } = (await call('GET', `Messages/${body.sid}.json`)).body;
      return [status, sent, price];
    };
    expect(await look(1000)).toEqual(['sending', null, null]);
    expect(await look(2000)).toEqual(['sent', 'Mon, 23 Nov 2026 10:00:02 +0000', null]);
    expect(await look(9000)).toEqual(['delivered', 'Mon, 23 Nov 2026 10:00:02 +0000', '-0.00790']);
  });

  it('brings the number a service picked', async () => {
    const { clock, call } = await startAt(time);
    const { body } = await call('POST', 'Messages.json', viaService);
    clock.now += 60_000;
    expect((await call('GET', `Messages/${body.sid}.json`)).body).toMatchObject({
      from: '+15005550006',
      num_segments: '1',
    });
  });

  it.each([
    ['+14155530003', 'undelivered', 30003],
    ['+14155530005', 'undelivered', 30005],
    ['+14155530007', 'undelivered', 30007],
    ['+14155550100', 'delivered', null],
  ])('of %s ends as %s', async (to, status, code) => {
    const { clock, create, call } = await startAt(time);
    const { body } = await create({ To: to });
    clock.now += 60_000;
    expect((await call('GET', `Messages/${body.sid}.json`)).body).toMatchObject({ status, error_code: code });
  });

  it.each([
    ['undelivered', 30003, expect.any(String)],
    ['failed', 30008, null],
  ])('ends %s by fault', async (fault, code, sent) => {
    const { clock, create, call } = await startAt(time, { faults: [`${fault}=1`] });
    const { body } = await create();
    clock.now += 60_000;
    const { body: ended } = await call('GET', `Messages/${body.sid}.json`);
    expect(ended).toMatchObject({ status: fault, error_code: code, date_sent: sent });
  });

  it('is the last one at once without a delay', async () => {
    const { create } = await start({ statusDelayMs: 0 });
    expect((await create()).body.status).toBe('delivered');
  });
});

describe('a schedule', () => {
  const later = { ScheduleType: 'fixed', SendAt: '2026-11-23T11:00:00Z' };

  it('waits until it is due', async () => {
    const { clock, call } = await startAt(time);
    const { body } = await call('POST', 'Messages.json', { ...viaService, ...later });
    expect(body.status).toBe('scheduled');
    clock.now = Date.parse('2026-11-23T11:00:01Z');
    expect((await call('GET', `Messages/${body.sid}.json`)).body.status).toBe('queued');
  });

  it('is dropped without a service: sent at once', async () => {
    const { create } = await startAt(time);
    expect((await create(later)).body.status).toBe('queued');
  });

  it('can be canceled until it is due', async () => {
    const { clock, call } = await startAt(time);
    const schedule = () => call('POST', 'Messages.json', { ...viaService, ...later });
    const cancel = (sid: string) => call('POST', `Messages/${sid}.json`, { Status: 'canceled' });
    const [early, late] = [(await schedule()).body.sid, (await schedule()).body.sid];
    expect((await cancel(early)).body.status).toBe('canceled');
    clock.now = Date.parse('2026-11-23T12:00:00Z');
    expect((await call('GET', `Messages/${early}.json`)).body).toMatchObject({ status: 'canceled', date_sent: null });
    expect(await cancel(late)).toMatchObject({ status: 409, body: { code: 30409 } });
  });
});

describe('a message', () => {
  it('can be redacted and deleted without a change to the truth', async () => {
    const { clock, create, call, simulator } = await startAt(time);
    const { body } = await create();
    const path = `Messages/${body.sid}.json`;
    expect((await call('POST', path, { Body: '' })).body.body).toBe('');
    expect((await call('POST', path, { Body: 'other' })).status).toBe(400);
    expect(await call('DELETE', path)).toMatchObject({ status: 409, body: { code: 20009 } });
    clock.now += 60_000;
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('GET', 'Messages.json')).body.messages).toEqual([]);
    expect(simulator.truth()[0]?.parameters).toContainEqual(['Body', 'Hi']);
  });

  it('takes feedback when it announced it', async () => {
    const { create, call } = await start();
    const [asked, silent] = [(await create({ ProvideFeedback: 'true' })).body, (await create()).body];
    const tell = (sid: string, outcome: string) => call('POST', `Messages/${sid}/Feedback.json`, { Outcome: outcome });
    expect(await tell(asked.sid, 'confirmed')).toMatchObject({
      status: 201,
      body: { outcome: 'confirmed', message_sid: asked.sid },
    });
    expect(await tell(asked.sid, 'unconfirmed')).toMatchObject({ status: 201, body: { outcome: 'unconfirmed' } });
    expect((await tell(asked.sid, 'perhaps')).status).toBe(400);
    expect((await tell(silent.sid, 'confirmed')).status).toBe(404);
  });

  it('keeps its media until they are deleted', async () => {
    const { call } = await start();
    const { body } = await call('POST', 'Messages.json', [
      ...Object.entries(plain),
      ['MediaUrl', 'https://e.com/1'],
      ['MediaUrl', 'https://e.com/2'],
    ]);
    const media = (await call('GET', `Messages/${body.sid}/Media.json`)).body.media_list;
    expect(media).toHaveLength(2);
    const first = `Messages/${body.sid}/Media/${media[0].sid}.json`;
    expect((await call('GET', first)).body).toEqual(media[0]);
    expect((await call('DELETE', first)).status).toBe(204);
    expect((await call('GET', first)).status).toBe(404);
    expect((await call('GET', `Messages/${body.sid}/Media.json`)).body.media_list).toEqual([media[1]]);
  });
});

describe('what belongs to the account', () => {
  const service = `/v1/Services/MG${'a'.repeat(32)}`;

  it.each([
    ['itself', '', { status: 'active', type: 'Full', friendly_name: expect.any(String) }],
    ['a balance', 'Balance.json', { balance: '100.00', currency: 'USD' }],
    ['any number', 'IncomingPhoneNumbers.json?PhoneNumber=%2B14155550199', { incoming_phone_numbers: [{}] }],
    ['any service', service, { sid: `MG${'a'.repeat(32)}` }],
    ['a number in its pool', `${service}/PhoneNumbers`, { phone_numbers: [{ phone_number: '+15005550006' }] }],
  ])('is %s', async (_, path, expected) => {
    const { call, account } = await start();
    expect(await call('GET', path || `${account}.json`)).toMatchObject({ status: 200, body: expected });
  });
});
