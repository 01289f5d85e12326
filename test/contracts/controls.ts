import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { lease, row, write } from './campaigns.ts';

/** What every ledger must do with what somebody tells a campaign while it runs; each implementation's test runs it. */
export function controlsContract(open: (clock: { now: number }) => Ledger): void {
  const begin = async () => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const ledger = open(clock);
    const campaign = await write(ledger, 'test', [row(1), row(2), row(3), row(4), row(5)]);
    const held = await lease(ledger, campaign.id);
    const claim = (limit: number, more: { perSecond?: number; own?: number } = {}) =>
      ledger.claim(held, {
        wants: [{ sender: '12345', limit, ...(more.own !== undefined && { perSecond: more.own }) }],
        results: [],
        perSecond: more.perSecond,
      });
    return { clock, ledger, campaign, held, claim };
  };

  describe('a campaign that is paused', () => {
    it('gives nothing out until it goes on, and its senders wait', async () => {
      const { ledger, campaign, claim, clock } = await begin();
      expect((await claim(1)).claims).toHaveLength(1);
      await ledger.pause(campaign.id, true);
      const at = clock.now;
      clock.now += 5000;
      await ledger.pause(campaign.id, true);
      expect(await ledger.control(campaign.id)).toEqual({ pausedAt: at });
      expect(await claim(9)).toEqual({ claims: [], senders: [{ sender: '12345', waitMs: 1000 }], isPaused: true });
      await ledger.pause(campaign.id, false);
      expect(await ledger.control(campaign.id)).toEqual({});
      const { claims, isPaused = false } = await claim(9);
      expect([claims.length, isPaused]).toEqual([4, false]);
    });

    it('still writes what became of what was on its way, and can be called back', async () => {
      const { ledger, campaign, held, claim } = await begin();
      const { claims } = await claim(1);
      await ledger.pause(campaign.id, true);
      const change = { state: 'accepted', sid: `SM${'1'.repeat(32)}`, status: 'queued' } as const;
      const results = claims.map(({ id, attempt }) => ({ messageId: id, attempt, change }));
      await ledger.claim(held, { wants: [], results });
      expect((await ledger.report(campaign.id)).counts).toMatchObject({ accepted: 1, pending: 4 });
      expect(await ledger.cancelPending(campaign.id)).toBe(4);
      expect((await claim(1)).end).toBe('recalled');
    });

    it('is another one than the others', async () => {
      const { ledger, campaign, claim } = await begin();
      const other = await write(ledger, 'other', [row(9)], { hash: 'other' });
      await ledger.pause(other.id, true);
      expect([await ledger.control(campaign.id), (await claim(1)).claims.length]).toEqual([{}, 1]);
    });
  });

  describe('a rate that is changed', () => {
    it('holds in place of the run’s own from the next claim on, until it is taken back', async () => {
      const { ledger, campaign, claim, clock } = await begin();
      await ledger.changeRate(campaign.id, 1);
      expect(await ledger.control(campaign.id)).toEqual({ perSecond: 1 });
      expect((await claim(9, { perSecond: 1000 })).claims).toHaveLength(1);
      clock.now += 500;
      expect((await claim(9, { perSecond: 1000 })).claims).toHaveLength(0);
      // What was asked for holds for a minute: other runs of the sender go by it, too.
      clock.now += 61_000;
      await ledger.changeRate(campaign.id, undefined);
      expect([await ledger.control(campaign.id), (await claim(9)).claims.length]).toEqual([{}, 4]);
    });

    it('is no more than what a sender may have', async () => {
      const { ledger, campaign, claim, clock } = await begin();
      await ledger.changeRate(campaign.id, 1000);
      expect((await claim(9, { own: 1 })).claims).toHaveLength(1);
      clock.now += 500;
      expect((await claim(9, { own: 1 })).claims).toHaveLength(0);
    });
  });
}
