import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../src/core/outcome/after-send.ts';
import type { StatusUpdate } from '../../src/core/outcome/delivery.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { all, lease, row, take, write } from './ledger.ts';

const day = 86_400_000;
const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;

/** What every ledger must do with messages that are settled; each implementation's test runs it. */
export function afterwardsContract(open: (clock: { now: number }) => Ledger): void {
  /** A campaign whose rows, from line 0, met these ends. */
  const settled = async (changes: readonly MessageChange[], storesText = true) => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const ledger = open(clock);
    const campaign = await write(
      ledger,
      'test',
      changes.map((_, i) => row(i)),
      { storesText },
    );
    const held = await lease(ledger, campaign.id);
    const claims = await take(ledger, held, '12345', changes.length);
    await ledger.record(
      held,
      claims.map(({ id, attempt }, i) => ({ messageId: id, attempt, change: changes[i] as MessageChange })),
    );
    await ledger.release(held);
    const bodies = async () => (await all(ledger.messages(campaign.id))).map(({ request }) => request?.body);
    return { clock, ledger, campaign, bodies };
  };
  const accepted = (n: number): MessageChange => ({ state: 'accepted', sid: sid(n), status: 'queued' });
  const receipt = (n: number, status: string, code?: number): StatusUpdate => ({
    ...{ sid: sid(n), status, at: Date.parse('2026-11-23T10:00:30Z'), source: 'callback' },
    ...(code !== undefined && { code }),
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

  describe('purging', () => {
    it('forgets numbers and texts of what was settled before, and nothing else', async () => {
      const ends: MessageChange[] = [
        accepted(1),
        { state: 'rejected', code: 21211, reason: '+14155550001 is no number' },
      ];
      const { ledger, campaign, clock } = await settled([...ends, { state: 'unknown', reason: 'no answer' }]);
      clock.now += 30 * day;
      await write(ledger, 'young', [row(50)]);
      expect(await ledger.purge(clock.now - 31 * day)).toBe(0);
      expect([await ledger.purgeable(clock.now - day), await ledger.purge(clock.now - day)]).toEqual([2, 2]);
      const rows = await all(ledger.messages(campaign.id));
      const told = JSON.stringify(rows);
      for (const secret of [row(0).to, row(1).to, 'Hi 0', 'Hi 1']) expect(told).not.toContain(secret);
      expect(rows[0]).toMatchObject({
        sid: sid(1),
        status: 'queued',
        to: expect.stringMatching(/^purged-[0-9a-f]{24}$/),
      });
      expect(rows[1]).toMatchObject({ state: 'rejected', code: 21211 });
      expect(rows[2]).toMatchObject({ state: 'unknown', to: row(2).to, request: row(2).request });
      expect(await ledger.purge(clock.now - day)).toBe(0);
    });

    it('leaves a campaign that still knows whom it has texted, by plan, commit and event', async () => {
      const { ledger, campaign, clock } = await settled([accepted(1), accepted(2)]);
      clock.now += 5 * day;
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'x' });
      await staging.add([row(0), row(9)]);
      expect(await staging.plan()).toMatchObject({ toSend: 1, already: 1 });
      await ledger.purge(clock.now - day);
      expect(await staging.plan()).toMatchObject({ toSend: 1, already: 1 });
      await staging.commit('h');
      expect((await ledger.report(campaign.id)).counts).toMatchObject({ accepted: 2, pending: 1 });
      const { added, known } = await ledger.append(campaign.id, [row(1), row(10)]);
      expect([added, known.map(({ key, state }) => [key, state])]).toEqual([1, [[row(1).key, 'accepted']]]);
      expect((await ledger.report(campaign.id)).counts).toMatchObject({ accepted: 2, pending: 2 });
    });

    it('also between a plan and its commit', async () => {
      const { ledger, campaign, clock } = await settled([accepted(1)]);
      clock.now += 5 * day;
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'x' });
      await staging.add([row(0)]);
      await ledger.purge(clock.now - day);
      await staging.commit('h');
      expect((await ledger.report(campaign.id)).counts).toMatchObject({ accepted: 1, pending: 0 });
    });

    it('texts nobody twice who had opted out, was purged, opted in again, was texted and purged', async () => {
      const { ledger, clock } = await settled([accepted(1)]);
      await ledger.addOptOuts([{ address: row(5).to, source: 'STOP', at: 0 }]);
      await write(ledger, 'test', [row(5)]);
      const purgeLater = async () => {
        clock.now += 5 * day;
        await ledger.purge(clock.now - day);
      };
      await purgeLater();
      await ledger.removeOptOut(row(5).to);
      const { id } = await write(ledger, 'test', [row(5)]);
      const held = await lease(ledger, id);
      const [claim] = await take(ledger, held, '12345', 9);
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change: accepted(5) }]);
      await ledger.release(held);
      await purgeLater();
      const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'x' });
      await staging.add([row(5)]);
      expect(await staging.plan()).toMatchObject({ toSend: 0, already: 1 });
    });

    it('waits for what Twilio may still tell, and suppresses no pseudonym', async () => {
      const { ledger, clock } = await settled([accepted(1), accepted(2)]);
      await ledger.receive([receipt(2, 'delivered')]);
      clock.now += day;
      expect(await ledger.purge(clock.now - 1000)).toBe(1);
      clock.now += 5 * day;
      expect(await ledger.purge(clock.now - 1000)).toBe(1);
      await ledger.receive([{ ...receipt(1, 'undelivered', 30006), at: clock.now }]);
      const listed = [];
      for await (const optOut of ledger.optOuts()) listed.push(optOut);
      expect(listed).toEqual([]);
    });

    it('goes by when a row came, not by when its campaign last went on', async () => {
      const { ledger, campaign, clock } = await settled([accepted(1)]);
      await ledger.addOptOuts([{ address: row(5).to, source: 'STOP', at: 0 }]);
      await ledger.append(campaign.id, [row(5)]);
      clock.now += 10 * day;
      await ledger.append(campaign.id, [row(6)]);
      await ledger.addOptOuts([{ address: row(7).to, source: 'STOP', at: 0 }]);
      await ledger.append(campaign.id, [row(7)]);
      await ledger.purge(clock.now - day);
      const left = (await all(ledger.messages(campaign.id)))
        .map(({ to }) => to)
        .filter((to) => !to.startsWith('purged-'));
      expect(left).toEqual([row(6).to, row(7).to]);
    });

    it('keeps the same input refused for its day', async () => {
      const { ledger, campaign, clock } = await settled([{ state: 'rejected', code: 21211, reason: 'x' }]);
      clock.now += 7_200_000;
      await ledger.purge(clock.now - 3_600_000);
      expect(await ledger.findInput('hash', clock.now - day)).toMatchObject([{ id: campaign.id }]);
    });

    it('keeps opt-outs in force', async () => {
      const { ledger, clock } = await settled([accepted(1)]);
      await ledger.addOptOuts([{ address: row(0).to, source: 'STOP', at: clock.now }]);
      clock.now += 5 * day;
      await ledger.purge(clock.now - day);
      const { id } = await write(ledger, 'next', [row(0)]);
      expect((await ledger.report(id)).counts.skipped).toBe(1);
    });
  });

  describe('events to pass on', () => {
    it('are kept too when a poll was faster, and never again once they are dropped', async () => {
      const { ledger, clock } = await settled([accepted(1)]);
      clock.now += day;
      await ledger.receive([{ ...receipt(1, 'delivered'), source: 'poll' }]);
      await ledger.receive([receipt(1, 'delivered')], true);
      const due = await ledger.dueEvents(10);
      expect(due).toHaveLength(1);
      await ledger.dropEvents(due.map(({ event }) => event.id));
      await ledger.receive([receipt(1, 'delivered')], true);
      expect(await ledger.countEvents()).toBe(0);
    });

    it('are kept with the receipt that is new, once, until they are dropped', async () => {
      const { ledger, clock } = await settled([accepted(1)]);
      clock.now += day;
      await ledger.receive([receipt(1, 'sent'), receipt(1, 'sent')], true);
      await ledger.receive([receipt(1, 'sent')], true);
      await ledger.receive([receipt(1, 'delivered')]);
      const due = await ledger.dueEvents(10);
      expect(due).toEqual([
        { attempts: 0, event: expect.objectContaining({ kind: 'status', status: 'sent', sid: sid(1) }) },
      ]);
      await ledger.delayEvent(due[0]?.event.id ?? '', clock.now + 1000);
      expect([await ledger.dueEvents(10), await ledger.countEvents()]).toEqual([[], 1]);
      clock.now += 1000;
      expect((await ledger.dueEvents(10))[0]?.attempts).toBe(1);
      await ledger.dropEvents([due[0]?.event.id ?? '']);
      expect(await ledger.countEvents()).toBe(0);
    });
  });

  describe('what became of messages', () => {
    it('is told by reason and country, by time, and one by one', async () => {
      const { ledger, campaign } = await settled([accepted(1), accepted(2)]);
      await ledger.receive([receipt(1, 'sent'), receipt(2, 'sent'), receipt(2, 'undelivered', 30003)]);
      expect(await ledger.failures(campaign.id)).toEqual([{ code: 30003, country: 'unknown', messages: 1 }]);
      expect(await ledger.timeline(campaign.id, 60_000)).toEqual([
        { at: Date.parse('2026-11-23T10:00:00Z'), status: 'sent', messages: 2 },
        { at: Date.parse('2026-11-23T10:00:00Z'), status: 'undelivered', messages: 1 },
      ]);
      expect((await ledger.receipts(sid(2))).map(({ status, code }) => [status, code])).toEqual([
        ['sent', undefined],
        ['undelivered', 30003],
      ]);
    });
  });
}
