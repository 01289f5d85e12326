import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../src/core/outcome/after-send.ts';
import { accepted, all, campaignsOf, counts, lease, type Open, receipt, row, take, write, wrong } from './campaigns.ts';

/** What every ledger must do with plans, and with what people change of them afterwards; each implementation's test runs it. */
export function plansContract(open: Open): void {
  const { begin, settled, sent } = campaignsOf(open);

  describe('staging', () => {
    it('shows nothing before it is committed, and everything after', async () => {
      const ledger = open({ now: 0 });
      const staging = await ledger.stage({ name: 'spring', stem: 'x', source: 'list.csv' });
      await staging.add([row(2), wrong(3)]);
      expect([await ledger.find('spring'), await ledger.campaigns(9)]).toEqual([undefined, []]);
      const campaign = await staging.commit('hash');
      expect(await ledger.find('spring')).toEqual(campaign);
      expect(await counts(ledger, campaign.id)).toEqual({ pending: 1, invalid: 1 });
    });

    it('gives a campaign without a name one that no other has', async () => {
      const ledger = open({ now: 0 });
      const names = await Promise.all(
        Array.from({ length: 300 }, async () => (await ledger.stage({ stem: 'list', source: 'x' })).name),
      );
      expect(new Set(names).size).toBe(300);
      expect(names[0]).toMatch(/^list-19700101-0000-[0-9a-f]{4}/);
    });

    it('leaves nothing when it is discarded, and does no harm when that comes after the commit', async () => {
      const { ledger, campaign } = await begin(row(2));
      const staging = await ledger.stage({ name: 'other', stem: 'x', source: 'x' });
      await staging.add([row(3)]);
      await staging.discard();
      expect(await ledger.find('other')).toBeUndefined();
      const again = await ledger.stage({ name: 'third', stem: 'x', source: 'x' });
      await again.add([row(4)]);
      const third = await again.commit('h');
      await again.discard();
      expect(await counts(ledger, third.id)).toEqual({ pending: 1 });
      expect(await counts(ledger, campaign.id)).toEqual({ pending: 1 });
    });

    it('keeps the first of two rows with one key and skips the other', async () => {
      const { ledger, campaign } = await begin(row(2), row(3, { key: row(2).key ?? '' }));
      expect(await counts(ledger, campaign.id)).toEqual({ pending: 1, skipped: 1 });
      const [, skipped] = await all(ledger.messages(campaign.id));
      expect(skipped).toMatchObject({ line: 3, state: 'skipped', reason: 'duplicate of line 2' });
    });

    it('says what it would do', async () => {
      const { ledger } = await begin(row(2));
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'list.csv' });
      await staging.add([row(2), row(3, { segments: 2 }), row(4, { sender: 'B' }), wrong(5)]);
      expect(await staging.plan()).toEqual({
        ...{ rows: 4, toSend: 3, invalid: 1, skipped: 0, optedOut: 0, already: 0, segments: 4 },
        ...{ cost: { amount: null, currency: null }, unpriced: 3, waiting: { count: 0, firstAt: null } },
        senders: [
          { sender: '12345', count: 2, segments: 3 },
          { sender: 'B', count: 1, segments: 1 },
        ],
      });
      expect((await staging.samples(1)).map(({ to }) => to)).toEqual([row(2).to]);
      expect((await staging.invalid(9)).map(({ issues }) => issues)).toEqual([wrong(5).issues]);
    });
  });

  describe('a named campaign', () => {
    it('takes in again only what is new or unsent', async () => {
      const { ledger, campaign } = await begin(row(2), row(3), wrong(4));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.record(held, [
        { messageId: claim?.id ?? '', attempt: 1, change: { state: 'accepted', sid: 'SM1' } },
      ]);
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'list.csv' });
      const changed = { to: row(3).to, from: '12345', body: 'Changed' };
      await staging.add([row(2), row(3, { request: changed }), row(4), wrong(5)]);
      expect(await staging.plan()).toMatchObject({ toSend: 2, already: 1, invalid: 1 });
      expect((await staging.commit('hash')).id).toBe(campaign.id);
      const messages = await all(ledger.messages(campaign.id));
      expect(messages.map(({ line, state }) => [line, state])).toEqual([
        [2, 'accepted'],
        [3, 'pending'],
        [4, 'pending'],
        [5, 'invalid'],
      ]);
      expect(messages[1]?.request?.body).toBe('Changed');
    });
  });

  describe('a campaign that goes on', () => {
    it('takes rows in while it runs, each key once', async () => {
      const { ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      await ledger.addOptOuts([{ address: row(5).to, source: 'STOP', at: 0 }]);
      const again = { ...row(2), line: 12 };
      const appended = await ledger.append(campaign.id, [again, row(3), row(3), wrong(4), row(5)]);
      expect(appended).toEqual({
        added: 3,
        skipped: [expect.objectContaining({ to: row(5).to, state: 'skipped', line: 5 })],
        known: [
          expect.objectContaining({ key: row(2).key, to: row(2).to, state: 'pending', line: 12 }),
          expect.objectContaining({ key: row(3).key, to: row(3).to, state: 'pending', line: 3 }),
        ],
      });
      expect(await counts(ledger, campaign.id)).toEqual({ pending: 2, invalid: 1, skipped: 1 });
      expect(await take(ledger, held, '12345', 9)).toHaveLength(2);
    });

    it('sends nothing more once it is called back: what comes back, and what is added, is canceled', async () => {
      const { ledger, campaign } = await begin(row(2), row(3));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.cancelPending(campaign.id);
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change: { state: 'pending' } }]);
      await ledger.append(campaign.id, [row(4)]);
      expect(await counts(ledger, campaign.id)).toEqual({ canceled: 3 });
      expect(await ledger.claim(held, { wants: [{ sender: '12345', limit: 9 }], results: [] })).toMatchObject({
        ...{ claims: [], end: 'recalled' },
      });
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'x' });
      await staging.add([row(5)]);
      await expect(staging.commit('hash')).rejects.toThrow('has been recalled');
    });

    it('is called back as far as it has not been claimed', async () => {
      const { ledger, campaign } = await begin(row(2), row(3), row(4));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      expect(await ledger.cancelPending(campaign.id)).toBe(2);
      expect(await take(ledger, held, '12345', 9)).toEqual([]);
      const accepted = { state: 'accepted', sid: 'SM1', status: 'scheduled' } as const;
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change: accepted }]);
      await ledger.cancelAccepted(claim?.id ?? '', 'canceled');
      expect(await ledger.report(campaign.id)).toMatchObject({ counts: { canceled: 3 }, statuses: { canceled: 1 } });
    });
  });

  describe('prices', () => {
    it('are put on a plan by country and sender, and add up in plan and report', async () => {
      const ledger = open({ now: 0 });
      const staging = await ledger.stage({ name: 'c', stem: 'x', source: 'x' });
      await staging.add([
        ...[row(2, { country: 'US' }), row(3, { country: 'US', segments: 2 }), row(4, { country: 'GB' })],
        ...[row(5), wrong(6)],
      ]);
      expect(await staging.destinations()).toEqual([
        { country: 'US', sender: '12345', hasMedia: false, messages: 2, segments: 3 },
        ...[null, 'GB'].map((country) => ({ country, sender: '12345', hasMedia: false, messages: 1, segments: 1 })),
      ]);
      await staging.price(
        [
          { country: 'US', sender: '12345', hasMedia: false, unitPrice: 0.1 },
          { country: null, sender: '12345', hasMedia: false, unitPrice: 0.2 },
        ],
        'USD',
      );
      expect(await staging.plan()).toMatchObject({ cost: { amount: 0.5, currency: 'USD' }, unpriced: 1 });
      const { id } = await staging.commit('hash');
      await take(ledger, await lease(ledger, id), '12345', 2);
      expect((await ledger.report(id)).cost).toEqual({ amount: 0.3, currency: 'USD' });
    });

    it('give way to what the provider says that it charged', async () => {
      const ledger = open({ now: 0 });
      const staging = await ledger.stage({ name: 'c', stem: 'x', source: 'x' });
      await staging.add([row(2, { country: 'US' }), row(3, { country: 'US' })]);
      await staging.price([{ country: 'US', sender: '12345', hasMedia: false, unitPrice: 0.1 }], 'USD');
      const { id } = await staging.commit('hash');
      const held = await lease(ledger, id);
      const sids = ['SM1', 'SM2'];
      const results = (await take(ledger, held, '12345', 2)).map(({ id: messageId, attempt }, i) => ({
        ...{ messageId, attempt, change: { state: 'accepted', sid: sids[i] ?? '', status: 'queued' } as const },
      }));
      await ledger.record(held, results);
      expect((await ledger.report(id)).charged).toEqual({ messages: 0, cost: { amount: null, currency: null } });
      await ledger.receive([{ sid: 'SM2', status: 'delivered', price: 0.0079, at: 1, source: 'poll' }]);
      expect(await ledger.report(id)).toMatchObject({
        cost: { amount: 0.1079, currency: 'USD' },
        charged: { messages: 1, cost: { amount: 0.0079, currency: 'USD' } },
      });
    });

    it('are for a message, not for its segments, where it has a picture', async () => {
      const ledger = open({ now: 0 });
      const staging = await ledger.stage({ name: 'c', stem: 'x', source: 'x' });
      const plain = row(3, { country: 'US', segments: 4 });
      const picture = {
        ...plain,
        line: 4,
        key: 'b',
        request: { ...plain.request, to: plain.to, mediaUrl: ['https://example.com/a.png'] },
      };
      await staging.add([plain, picture]);
      expect((await staging.destinations()).map(({ hasMedia }) => hasMedia).sort()).toEqual([false, true]);
      await staging.price([{ country: 'US', sender: '12345', hasMedia: true, unitPrice: 0.02 }], 'USD');
      expect(await staging.plan()).toMatchObject({ cost: { amount: 0.02 }, unpriced: 1 });
    });

    it('are remembered with when they were asked for', async () => {
      const ledger = open({ now: 7 });
      const prices = { currency: 'USD', bySenderKind: { local: 0.1 } };
      expect(await ledger.knownPrices('US')).toBeUndefined();
      await ledger.keepPrices('US', prices);
      expect(await ledger.knownPrices('US')).toEqual({ prices, at: 7 });
    });
  });

  describe('rejected messages', () => {
    it('can be opened again by code', async () => {
      const { ledger, campaign } = await sent();
      expect(await ledger.reopen(campaign.id, [21606])).toBe(0);
      expect(await ledger.reopen(campaign.id, [21606, 21610])).toBe(1);
      expect(await counts(ledger, campaign.id)).toEqual({ accepted: 1, unknown: 1, pending: 2, invalid: 1 });
    });
  });

  describe('a second try', () => {
    it('is a row of its own, once, for what failed for one of the reasons', async () => {
      const { ledger, campaign } = await settled([accepted(1), accepted(2), accepted(3)]);
      await ledger.receive([
        receipt(1, 'undelivered', 30003),
        receipt(2, 'undelivered', 30007),
        receipt(3, 'delivered'),
      ]);
      expect(await ledger.retryUndelivered(campaign.id, [30003, 30008])).toBe(1);
      expect(await ledger.retryUndelivered(campaign.id, [30003, 30008])).toBe(0);
      expect(await ledger.report(campaign.id)).toMatchObject({
        rows: 4,
        retried: 0,
        counts: { pending: 1, accepted: 3 },
      });
      const [again] = await all(ledger.messages(campaign.id, { states: ['pending'] }));
      expect(again).toMatchObject({ to: row(0).to, line: 0, request: row(0).request });
      expect(again?.id).toMatch(/^[0-9a-f]{12}-\d+$/);
    });

    it('is not tried again itself', async () => {
      const { ledger, campaign } = await settled([accepted(1)]);
      await ledger.receive([receipt(1, 'undelivered', 30003)]);
      await ledger.retryUndelivered(campaign.id, [30003]);
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change: accepted(9) }]);
      await ledger.receive([receipt(9, 'undelivered', 30003)]);
      expect(await ledger.retryUndelivered(campaign.id, [30003])).toBe(0);
    });

    it('does not make the row new for a later input', async () => {
      const { ledger, campaign } = await settled([accepted(1)]);
      await ledger.receive([receipt(1, 'failed', 30008)]);
      await ledger.retryUndelivered(campaign.id, [30008]);
      await write(ledger, 'test', [row(0)]);
      expect((await ledger.report(campaign.id)).rows).toBe(2);
    });
  });

  describe('texts that are kept until they are sent', () => {
    it('go once a message is taken, refused or called back, and stay while it may still be sent', async () => {
      const ends: MessageChange[] = [
        accepted(1),
        { state: 'rejected', code: 21606, reason: 'x' },
        { state: 'unknown', reason: 'x' },
        { state: 'pending', reason: 'x' },
      ];
      const { ledger, campaign, bodies } = await settled(ends, false);
      expect(await bodies()).toEqual([undefined, undefined, 'Hi 2', 'Hi 3']);
      expect(await ledger.reopen(campaign.id, [21606])).toBe(0);
      await ledger.cancelPending(campaign.id);
      expect(await bodies()).toEqual([undefined, undefined, 'Hi 2', undefined]);
    });

    it('go also of rows that are added to a campaign that keeps its own', async () => {
      const { ledger, campaign } = await settled([accepted(1)]);
      await ledger.append(campaign.id, [row(5)], false);
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change: accepted(5) }]);
      expect((await all(ledger.messages(campaign.id))).map(({ request }) => request?.body)).toEqual([
        'Hi 0',
        undefined,
      ]);
    });

    it('are not kept for rows that are never sent', async () => {
      const { ledger } = await settled([]);
      await ledger.addOptOuts([{ address: row(7).to, source: 'manual', at: 0 }]);
      const { id } = await write(ledger, 'other', [row(5), { ...row(5), line: 6 }, row(7)], { storesText: false });
      const rows = await all(ledger.messages(id));
      expect(rows.map(({ state, request }) => [state, request?.body])).toEqual([
        ['pending', 'Hi 5'],
        ['skipped', undefined],
        ['skipped', undefined],
      ]);
    });
  });
}
