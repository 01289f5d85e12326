import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { campaignsOf, counts, lease, type Open, row, take } from './campaigns.ts';

/** What every ledger must do with who has opted out; each implementation's test runs it. */
export function consentContract(open: Open): void {
  const { begin } = campaignsOf(open);

  describe('opt-outs', () => {
    const who = (address: string, sender?: string) => ({
      ...{ address, source: 'STOP', at: 5 },
      ...(sender !== undefined && { sender }),
    });
    const listed = async (ledger: Ledger) => {
      const found = [];
      for await (const optOut of ledger.optOuts()) found.push(optOut);
      return found;
    };

    it('are kept once for an address and a sender, with their source and date', async () => {
      const ledger = open({ now: 0 });
      expect(await ledger.addOptOuts([who('+2'), who('+1'), who('+1', '12345')])).toBe(3);
      expect(await ledger.addOptOuts([{ ...who('+1'), source: 'later' }])).toBe(0);
      expect(await listed(ledger)).toEqual([who('+1'), who('+1', '12345'), who('+2')]);
      expect([await ledger.removeOptOut('+1', '12345'), await ledger.removeOptOut('+1')]).toEqual([1, 1]);
      expect(await listed(ledger)).toEqual([who('+2')]);
    });

    it('are listed in full, however many there are', async () => {
      const ledger = open({ now: 0 });
      await ledger.addOptOuts(Array.from({ length: 2500 }, (_, i) => who(`+${i}`)));
      expect(new Set((await listed(ledger)).map(({ address }) => address)).size).toBe(2500);
    });

    it('are skipped when a plan is made, and when a message is claimed', async () => {
      const { ledger, campaign } = await begin(row(2), row(3), row(4), row(5));
      await ledger.addOptOuts([who(row(2).to), who(row(4).to, '12345'), who(row(5).to, 'other')]);
      const claims = await take(ledger, await lease(ledger, campaign.id), '12345', 3);
      expect(claims.map(({ line }) => line)).toEqual([3, 5]);
      expect(await counts(ledger, campaign.id)).toEqual({ skipped: 2, claimed: 2 });
      const staging = await ledger.stage({ stem: 'x', source: 'x' });
      await staging.add([row(2), row(3)]);
      expect(await staging.plan()).toMatchObject({ rows: 2, toSend: 1, skipped: 1, optedOut: 1 });
    });

    it('of a sender count for it in whichever account it is used', async () => {
      const subaccount = { sender: `12345 of AC${'5'.repeat(32)}` };
      const { ledger, campaign } = await begin(row(2, subaccount), row(3, subaccount));
      await ledger.addOptOuts([who(row(2).to, '12345')]);
      const claims = await take(ledger, await lease(ledger, campaign.id), subaccount.sender, 2);
      expect(claims.map(({ line }) => line)).toEqual([3]);
      const staging = await ledger.stage({ stem: 'x', source: 'x' });
      await staging.add([row(2, subaccount), row(3, subaccount)]);
      expect(await staging.plan()).toMatchObject({ rows: 2, toSend: 1, optedOut: 1 });
      expect(await ledger.addOptOuts([who(row(3).to, subaccount.sender)])).toBe(1);
      expect([await ledger.removeOptOut(row(3).to, '1234'), await ledger.removeOptOut(row(3).to, '12345')]).toEqual([
        0, 1,
      ]);
    });

    it('come from results that ask for it, for the sender of the message', async () => {
      const { ledger, campaign } = await begin(row(2, { sender: `12345 of AC${'5'.repeat(32)}` }));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, `12345 of AC${'5'.repeat(32)}`, 1);
      const change = { state: 'rejected', code: 21610, suppress: true } as const;
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change }]);
      expect(await listed(ledger)).toEqual([
        expect.objectContaining({ ...who(row(2).to, '12345'), source: '21610', at: expect.any(Number) }),
      ]);
    });
  });
}
