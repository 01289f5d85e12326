import { describe, expect, it } from 'vitest';
import { accepted, all, campaignsOf, type Open, receipt, row, sid, write, wrong } from './campaigns.ts';

/** What every ledger must be able to tell; each implementation's test runs it. */
export function reportsContract(open: Open): void {
  const { begin, sent, settled } = campaignsOf(open);

  describe('campaigns', () => {
    it('are found by the beginning of a name or id, the newest first, with nothing left out for its letters', async () => {
      const { clock, ledger, campaign } = await begin(row(2));
      clock.now += 1000;
      const others = [await write(ledger, 'te%t_', [row(3)]), await write(ledger, "te't", [row(4)])];
      const names = async (text: string, limit = 9) =>
        (await ledger.beginningWith(text, limit)).map(({ name }) => name);
      expect(await names('te')).toEqual(["te't", 'te%t_', 'test']);
      expect([await names('te%'), await names("te'"), await names('te_')]).toEqual([['te%t_'], ["te't"], []]);
      expect([await names('', 1), await names('est'), await names('TE')]).toEqual([["te't"], [], []]);
      expect(await ledger.beginningWith(campaign.id.slice(0, 8), 9)).toEqual([campaign]);
      expect(others[0]?.name).toBe('te%t_');
    });

    it('are found by name, by id and by their input', async () => {
      const { clock, ledger, campaign } = await begin(row(2));
      expect(await ledger.find(campaign.id)).toEqual(campaign);
      expect(await ledger.findInput('hash', clock.now)).toEqual([campaign]);
      expect(await ledger.findInput('hash', clock.now + 1)).toEqual([]);
      expect(await ledger.findInput('other', 0)).toEqual([]);
    });

    it('are listed, the newest first', async () => {
      const { clock, ledger } = await begin(row(2));
      clock.now += 1;
      await write(ledger, 'later', [row(3)]);
      expect((await ledger.campaigns(9)).map(({ name, counts: { pending } }) => [name, pending])).toEqual([
        ['later', 1],
        ['test', 1],
      ]);
    });
  });

  describe('results', () => {
    it('are counted by state, status and code', async () => {
      const { ledger, campaign } = await sent();
      expect(await ledger.report(campaign.id)).toMatchObject({
        ...{ rows: 5, statuses: { queued: 1 }, segments: 4, issues: wrong(6).issues },
        counts: { accepted: 1, rejected: 1, unknown: 1, pending: 1, invalid: 1, claimed: 0, skipped: 0, canceled: 0 },
        errors: expect.arrayContaining([
          { code: 21610, reason: 'unsubscribed', count: 1 },
          { code: null, reason: 'no answer', count: 1 },
        ]),
      });
    });

    it('are found by how their SIDs begin', async () => {
      const { ledger } = await sent();
      const whole = `SM${'1'.repeat(32)}`;
      expect(await ledger.sidsBeginningWith('SM111', 9)).toEqual([whole]);
      expect(await ledger.sidsBeginningWith(whole, 9)).toEqual([whole]);
      expect([await ledger.sidsBeginningWith('SM112', 9), await ledger.sidsBeginningWith('SM1', 0)]).toEqual([[], []]);
    });

    it('are found by whom they went to', async () => {
      const { ledger } = await sent();
      expect(await ledger.recentRecipients(2)).toEqual([row(4).to, row(3).to]);
      const past = await ledger.messagesTo(row(2).to, 5);
      expect(past).toMatchObject([{ line: 2, state: 'accepted', claimedAt: expect.any(Number) }]);
      expect(await ledger.messagesTo(row(5).to, 5)).toEqual([]);
    });

    it('are found by SID and by state', async () => {
      const { ledger, campaign } = await sent();
      expect(await ledger.findSid(`SM${'1'.repeat(32)}`)).toMatchObject({ line: 2, campaignId: campaign.id });
      expect(await ledger.findSid(`SM${'2'.repeat(32)}`)).toBeUndefined();
      const lines = (await all(ledger.messages(campaign.id, { states: ['rejected', 'invalid'] }))).map(
        ({ line }) => line,
      );
      expect(lines).toEqual([3, 6]);
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
