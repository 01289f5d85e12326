import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../src/core/outcome/after-send.ts';
import { accepted, all, campaignsOf, day, lease, type Open, receipt, row, sid, take, write } from './campaigns.ts';

/** What every ledger must forget when it is told to, and nothing else; each implementation's test runs it. */
export function upkeepContract(open: Open): void {
  const { settled } = campaignsOf(open);

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
}
