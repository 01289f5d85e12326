import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Lease } from '../../src/ledger/runs.ts';
import { campaignsOf, counts, holder, lease, minute, type Open, row, take, write } from './campaigns.ts';

/** What every ledger must do while a campaign is worked off; each implementation's test runs it. */
export function runsContract(open: Open): void {
  const { begin, sent } = campaignsOf(open);

  describe('claims', () => {
    it('hand each message to one claimer, in the order of the input', async () => {
      const { ledger, campaign } = await begin(...Array.from({ length: 20 }, (_, i) => row(i + 2)));
      const held = await lease(ledger, campaign.id);
      const claims = (await Promise.all(Array.from({ length: 9 }, () => take(ledger, held, '12345', 3)))).flat();
      expect(claims.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
      expect(await take(ledger, held, '12345', 3)).toEqual([]);
    });

    it('hold a message back until it is due', async () => {
      const { clock, ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.record(held, [
        { messageId: claim?.id ?? '', attempt: 1, change: { state: 'pending', dueAt: clock.now + 500 } },
      ]);
      expect(await take(ledger, held, '12345', 1)).toEqual([]);
      expect(await ledger.queues(campaign.id)).toEqual([{ sender: '12345', pending: 1, dueAt: clock.now + 500 }]);
      expect(await ledger.senders(campaign.id)).toEqual(['12345']);
      clock.now += 500;
      expect(await take(ledger, held, '12345', 1)).toMatchObject([{ id: claim?.id, attempt: 2 }]);
    });

    it('are asked for of the senders that have some left, in the order of the input', async () => {
      const from = (sender: string) => ({ sender });
      const { ledger, campaign } = await begin(
        row(2, from('c')),
        row(3, from('a')),
        row(4, from('b')),
        row(5, from('a')),
      );
      await write(ledger, 'other', [row(6, from('d'))]);
      expect(await ledger.senders(campaign.id)).toEqual(['c', 'a', 'b']);
      const held = await lease(ledger, campaign.id);
      await take(ledger, held, 'a', 1);
      await take(ledger, held, 'c', 1);
      expect(await ledger.senders(campaign.id)).toEqual(['b', 'a']);
      await take(ledger, held, 'a', 9);
      await take(ledger, held, 'b', 9);
      expect(await ledger.senders(campaign.id)).toEqual([]);
    });

    it('are given to the holder of the lease only', async () => {
      const { ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      await ledger.release(held);
      expect(await take(ledger, held, '12345', 1)).toEqual([]);
    });
  });

  describe('pace and budget', () => {
    const claimOf = (ledger: Ledger, held: Lease, limit: number, perSecond?: number) =>
      ledger.claim(held, { wants: [{ sender: '12345', limit }], results: [], perSecond });

    it('are one for two runs that send from the same number, the lower rate for both', async () => {
      const { clock, ledger, campaign } = await begin(row(2), row(3));
      const other = await write(ledger, 'other', [row(4), row(5)]);
      const [one, two] = [await lease(ledger, campaign.id), await lease(ledger, other.id)];
      expect((await claimOf(ledger, one, 1, 2)).claims).toHaveLength(1);
      expect(await claimOf(ledger, two, 1)).toMatchObject({ claims: [], senders: [{ waitMs: 500 }] });
      expect((await claimOf(ledger, two, 1, 100)).claims).toEqual([]);
      clock.now += 500;
      expect((await claimOf(ledger, two, 2, 100)).claims).toHaveLength(1);
      expect((await claimOf(ledger, one, 1, 2)).claims).toEqual([]);
    });

    it('go by the rate of a sender that has its own', async () => {
      const { clock, ledger, campaign } = await begin(row(2), row(3));
      const held = await lease(ledger, campaign.id);
      const claim = (limit: number) =>
        ledger.claim(held, { wants: [{ sender: '12345', limit, perSecond: 4 }], results: [], perSecond: 100 });
      expect((await claim(2)).claims).toHaveLength(1);
      expect(await claim(1)).toMatchObject({ claims: [], senders: [{ waitMs: 250 }] });
      clock.now += 250;
      expect((await claim(1)).claims).toHaveLength(1);
    });

    it('go on at once when the clock is set back', async () => {
      const { clock, ledger, campaign } = await begin(row(2), row(3));
      const held = await lease(ledger, campaign.id);
      await claimOf(ledger, held, 1, 1);
      clock.now -= 60 * minute;
      expect(await claimOf(ledger, held, 1, 1)).toMatchObject({ claims: [], senders: [{ waitMs: 1000 }] });
      clock.now += 1000;
      expect((await claimOf(ledger, held, 1, 1)).claims).toHaveLength(1);
    });

    it('rest a sender for every run when its queue is full', async () => {
      const { ledger, campaign } = await begin(row(2));
      const other = await write(ledger, 'other', [row(4)]);
      const [one, two] = [await lease(ledger, campaign.id), await lease(ledger, other.id)];
      const [claim] = (await claimOf(ledger, one, 1)).claims;
      const change = { state: 'pending', code: 21611, pauseSenderMs: minute } as const;
      await ledger.record(one, [{ messageId: claim?.id ?? '', attempt: 1, change }]);
      expect(await claimOf(ledger, two, 1)).toMatchObject({ claims: [], senders: [{ waitMs: minute }] });
    });

    it('let no message be claimed that could cost more than there is', async () => {
      const ledger = open({ now: 0 });
      const staging = await ledger.stage({ name: 'c', stem: 'x', source: 'x' });
      await staging.add([row(2), row(3), row(4)]);
      await staging.price([{ country: null, sender: '12345', hasMedia: false, unitPrice: 0.1 }], 'USD');
      const { id } = await staging.commit('hash');
      const held = await ledger.acquire(id, holder, { maxCost: 0.2 });
      if ('heldBy' in held) throw new Error('held');
      const { claims, end } = await claimOf(ledger, held, 3);
      expect([claims.length, end]).toEqual([2, 'budget']);
      await ledger.record(held, [{ messageId: claims[0]?.id ?? '', attempt: 1, change: { state: 'rejected' } }]);
      expect((await claimOf(ledger, held, 3)).claims).toHaveLength(1);
    });
  });

  describe('leases', () => {
    it('let one run at a time in, and say who it is', async () => {
      const { ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      expect(await ledger.acquire(campaign.id, { host: 'b', pid: 2 })).toEqual({ heldBy: holder });
      await ledger.release(held);
      expect(await ledger.acquire(campaign.id, { host: 'b', pid: 2 })).toMatchObject({ tookOver: false });
    });

    it('pass from a run that has died, whose claims become unknown and whose results count no more', async () => {
      const { clock, ledger, campaign } = await begin(row(2), row(3));
      const dead = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, dead, '12345', 1);
      clock.now += 2 * minute;
      expect((await lease(ledger, campaign.id)).tookOver).toBe(true);
      expect(await counts(ledger, campaign.id)).toEqual({ unknown: 1, pending: 1 });
      expect(await ledger.renew(dead)).toBe(false);
      expect(await take(ledger, dead, '12345', 1)).toEqual([]);
      await ledger.record(dead, [{ messageId: claim?.id ?? '', attempt: 1, change: { state: 'rejected', code: 1 } }]);
      expect(await counts(ledger, campaign.id)).toEqual({ unknown: 1, pending: 1 });
    });

    it('stay with a run that renews them', async () => {
      const { clock, ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      for (let i = 0; i < 3; i++) {
        clock.now += minute / 2;
        expect(await ledger.renew(held)).toBe(true);
      }
      expect(await ledger.acquire(campaign.id, { host: 'b', pid: 2 })).toEqual({ heldBy: holder });
    });
  });

  describe('results', () => {
    it('are written once for an attempt', async () => {
      const { ledger, campaign, held, claims } = await sent();
      await ledger.record(held, [{ messageId: claims[0]?.id ?? '', attempt: 1, change: { state: 'rejected' } }]);
      expect((await ledger.report(campaign.id)).counts.rejected).toBe(1);
    });

    it('never give one SID to two messages', async () => {
      const { ledger, campaign, held } = await sent();
      const [claim] = await take(ledger, held, '12345', 1);
      await ledger.record(held, [
        { messageId: claim?.id ?? '', attempt: 1, change: { state: 'accepted', sid: `SM${'1'.repeat(32)}` } },
      ]);
      expect(await counts(ledger, campaign.id)).toMatchObject({ accepted: 1, unknown: 2 });
    });
  });
}
