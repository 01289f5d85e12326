import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { all, campaignsOf, holder, lease, minute, type Open, row, take } from './campaigns.ts';

/** What every ledger must do with what Twilio reports; each implementation's test runs it. */
export function receiptsContract(open: Open): void {
  const { begin } = campaignsOf(open);

  describe('receipts', () => {
    const receipt = (status: string, more: object = {}) => ({
      ...{ sid: 'SM1', status, at: 9, source: 'callback' as const },
      ...more,
    });
    const claimed = async () => {
      const begun = await begin(row(2));
      const held = await lease(begun.ledger, begun.campaign.id);
      const [claim] = await take(begun.ledger, held, '12345', 1);
      const accept = () =>
        begun.ledger.record(held, [
          { messageId: claim?.id ?? '', attempt: 1, change: { state: 'accepted', sid: 'SM1', status: 'queued' } },
        ]);
      const message = async () => (await all(begun.ledger.messages(begun.campaign.id)))[0];
      return { ...begun, held, messageId: claim?.id ?? '', accept, message };
    };
    const optedOut = async (ledger: Ledger) => {
      const found = [];
      for await (const { address, source } of ledger.optOuts()) found.push(`${address} ${source}`);
      return found;
    };

    it('move a message on, never back, and count once', async () => {
      const { ledger, campaign, accept, message } = await claimed();
      await accept();
      const [open] = await ledger.undelivered(campaign.id);
      expect(open).toEqual({ sid: 'SM1', claimedAt: expect.any(Number) });
      expect(await ledger.undelivered(campaign.id, 'SM1')).toEqual([open]);
      expect(await ledger.undelivered(campaign.id, 'SM2')).toEqual([]);
      expect(await ledger.receive([receipt('delivered'), receipt('sent'), receipt('delivered')])).toBe(2);
      expect(await message()).toMatchObject({ state: 'accepted', status: 'delivered' });
      expect(await ledger.undelivered(campaign.id)).toEqual([]);
      expect(await ledger.undelivered(campaign.id, 'SM1')).toEqual([]);
      expect(await ledger.receive([receipt('sent', { sid: 'SM9' })])).toBe(0);
    });

    it('count in full when they come before the answer: status, code and suppression', async () => {
      const { ledger, accept, message } = await claimed();
      await ledger.receive([receipt('undelivered', { code: 30006 }), receipt('sent')]);
      await accept();
      expect(await message()).toMatchObject({ status: 'undelivered', code: 30006 });
      expect(await optedOut(ledger)).toEqual([`${row(2).to} 30006`]);
    });

    it('count in full when they come before an unknown message is found', async () => {
      const { ledger, held, messageId, message } = await claimed();
      await ledger.record(held, [{ messageId, attempt: 1, change: { state: 'unknown', reason: 'no answer' } }]);
      await ledger.receive([receipt('undelivered', { code: 30006 })]);
      await ledger.resolve(held, [{ messageId, change: { state: 'accepted', sid: 'SM1', status: 'sent' } }]);
      expect(await message()).toMatchObject({ state: 'accepted', status: 'undelivered', code: 30006 });
      expect(await optedOut(ledger)).toEqual([`${row(2).to} 30006`]);
    });

    it('that carry our id settle a message whose answer named the SID of another', async () => {
      const { ledger, clock, campaign, held, messageId, accept, message } = await claimed();
      await accept();
      await ledger.append(campaign.id, [row(3)]);
      const [second] = await take(ledger, held, '12345', 1);
      await ledger.receive([receipt('sent', { sid: 'SM2', messageId: second?.id, at: clock.now })]);
      const odd = { state: 'accepted', sid: 'SM1', status: 'queued' } as const;
      await ledger.record(held, [{ messageId: second?.id ?? '', attempt: 1, change: odd }]);
      expect(await message()).toMatchObject({ id: messageId, sid: 'SM1' });
      expect(await ledger.findSid('SM2')).toMatchObject({ id: second?.id, state: 'accepted', status: 'sent' });
    });

    it('that carry our id settle a message whose run died, by all that they said', async () => {
      const { ledger, clock, campaign, messageId, message } = await claimed();
      await ledger.receive(['sent', 'delivered', 'sent'].map((status) => receipt(status, { messageId })));
      expect((await message())?.state).toBe('claimed');
      clock.now += 2 * minute;
      await ledger.acquire(campaign.id, holder);
      expect(await message()).toMatchObject({ state: 'accepted', status: 'delivered', sid: 'SM1' });
    });
  });
}
