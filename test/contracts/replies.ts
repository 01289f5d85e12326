import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../src/core/outcome/callback.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { lease, row, take, write } from './campaigns.ts';

const day = 86_400_000;
const everything = { after: 0, limit: 100 };

/** What every ledger must do with what people answer; each implementation's test runs it. */
export function repliesContract(open: (clock: { now: number }) => Ledger): void {
  const begin = () => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    return { clock, ledger: open(clock) };
  };
  let count = 0;
  const inbound = (more: Partial<InboundMessage> = {}): InboundMessage => ({
    ...{ kind: 'inbound', sid: `SM${String(++count).padStart(32, '0')}`, from: row(1).to, to: '12345', body: 'Yes' },
    ...more,
  });
  /** A campaign of which each row was sent, a minute later. */
  const sent = async (ledger: Ledger, clock: { now: number }, name: string, sender = '12345') => {
    const campaign = await write(ledger, name, [row(1, { sender }), row(2, { sender })], { hash: name });
    const held = await lease(ledger, campaign.id);
    const claims = await take(ledger, held, sender, 2);
    const results = claims.map(({ id, attempt }, i) => {
      const change = { state: 'accepted', sid: `SM${name}${i + 1}`, status: 'queued' } as const;
      return { messageId: id, attempt, change };
    });
    await ledger.record(held, results);
    await ledger.release(held);
    clock.now += 60_000;
    return campaign;
  };
  const answersOf = async (ledger: Ledger) =>
    (await ledger.replies(everything)).map(({ answers }) => answers?.campaign ?? null);

  describe('replies', () => {
    it('are kept once for each SID, in the order in which they came', async () => {
      const { ledger, clock } = begin();
      const [first, second] = [inbound({ keyword: 'start', body: 'naïve 👍' }), inbound({ from: row(7).to })];
      expect(await ledger.keepReply(first, true)).toBe(true);
      clock.now += 1000;
      expect([await ledger.keepReply(first, true), await ledger.keepReply(second, true)]).toEqual([false, true]);
      const [one, two, ...more] = await ledger.replies(everything);
      const { kind: _, ...told } = first;
      expect([one, more]).toEqual([{ ...told, number: expect.any(Number), at: clock.now - 1000 }, []]);
      expect(two).toMatchObject({ from: row(7).to, at: clock.now });
      expect((two?.number ?? 0) > (one?.number ?? 0)).toBe(true);
      expect(await ledger.replies({ after: one?.number ?? 0, limit: 9 })).toEqual([two]);
      expect(await ledger.replies({ after: 0, limit: 1 })).toEqual([one]);
    });

    it('answer the last message that had gone to their writer from where they were sent to', async () => {
      const { ledger, clock } = begin();
      await sent(ledger, clock, 'winter');
      const spring = await sent(ledger, clock, 'spring');
      await sent(ledger, clock, 'other', '999');
      await ledger.keepReply(inbound(), true);
      clock.now += 60_000;
      await sent(ledger, clock, 'summer');
      await ledger.keepReply(inbound({ from: row(2).to }), true);
      await ledger.keepReply(inbound({ from: row(3).to }), true);
      await ledger.keepReply(inbound({ to: '777' }), true);
      expect(await answersOf(ledger)).toEqual(['spring', 'summer', null, null]);
      const [only, ...more] = await ledger.replies({ ...everything, campaignId: spring.id });
      expect([only?.answers, more]).toEqual([{ campaignId: spring.id, campaign: 'spring', sid: 'SMspring1' }, []]);
    });

    it('find it also by the number of a service, and that of a subaccount', async () => {
      const { ledger, clock } = begin();
      await sent(ledger, clock, 'numbered');
      await ledger.keepReply(inbound({ to: 'MG1', number: '12345' }), true);
      clock.now += 60_000;
      await sent(ledger, clock, 'sub', '12345 of AC2');
      await ledger.keepReply(inbound(), true);
      expect(await answersOf(ledger)).toEqual(['numbered', 'sub']);
    });

    it('answer nothing that was never sent', async () => {
      const { ledger, clock } = begin();
      await write(ledger, 'planned', [row(1)]);
      clock.now += 1000;
      await ledger.keepReply(inbound(), true);
      expect(await answersOf(ledger)).toEqual([null]);
    });

    it('lose their text where none is kept', async () => {
      const { ledger } = begin();
      await ledger.keepReply(inbound({ body: 'secret', keyword: 'stop' }), false);
      const [reply] = await ledger.replies(everything);
      expect([reply && 'body' in reply, reply?.keyword]).toEqual([false, 'stop']);
    });

    it('are purged with what is as old, and the younger ones still know what they answer', async () => {
      const { ledger, clock } = begin();
      await sent(ledger, clock, 'spring');
      await ledger.receive([1, 2].map((n) => ({ sid: `SMspring${n}`, status: 'delivered', at: 0, source: 'poll' })));
      const [old, young] = [inbound(), inbound({ from: row(2).to })];
      await ledger.keepReply(old, true);
      clock.now += 9 * day;
      await ledger.keepReply(young, true);
      clock.now += 1000;
      expect([await ledger.purgeable(clock.now - day), await ledger.purge(clock.now - day)]).toEqual([3, 3]);
      expect((await ledger.replies(everything)).map(({ sid, answers }) => [sid, answers?.campaign])).toEqual([
        [young.sid, 'spring'],
      ]);
      expect(await ledger.purge(clock.now - day)).toBe(0);
    });

    it('that come at the same time all get a number of their own', async () => {
      const { ledger } = begin();
      const all = Array.from({ length: 30 }, () => inbound());
      await Promise.all([...all, ...all].map((reply) => ledger.keepReply(reply, true)));
      const found = await ledger.replies(everything);
      expect([found.length, new Set(found.map(({ number }) => number)).size]).toEqual([30, 30]);
      expect(new Set(found.map(({ sid }) => sid))).toEqual(new Set(all.map(({ sid }) => sid)));
    });
  });
}
