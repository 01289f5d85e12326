import { describe, expect, it } from 'vitest';
import { accepted, campaignsOf, day, type Open, receipt, sid } from './campaigns.ts';

/** What every ledger must do with what is to be passed on; each implementation's test runs it. */
export function outboxContract(open: Open): void {
  const { settled } = campaignsOf(open);

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
}
