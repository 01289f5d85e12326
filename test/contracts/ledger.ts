import { describe, expect, it } from 'vitest';
import type { Message, SendState } from '../../src/core/message.ts';
import type { PlannedRow } from '../../src/core/plan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Campaign } from '../../src/ledger/plans.ts';
import type { Claim, Lease } from '../../src/ledger/runs.ts';

const holder = { host: 'elsewhere', pid: 1 };
const minute = 60_000;

/** A row that can be sent. */
export function row(line: number, more: Partial<PlannedRow> = {}): PlannedRow {
  const to = `+1415555${String(line).padStart(4, '0')}`;
  const request = { to, from: '12345', body: `Hi ${line}` };
  return {
    line,
    key: to,
    to,
    sender: '12345',
    state: 'pending',
    request,
    segments: 1,
    issues: [],
    warnings: [],
    ...more,
  };
}

const wrong = (line: number): PlannedRow => ({
  ...{ line, to: 'Ada', sender: '', state: 'invalid', segments: 0, warnings: [] },
  issues: [{ line, column: 'to', value: 'Ada', problem: 'is not a phone number' }],
});

/** Writes a campaign down. */
export async function write(
  ledger: Ledger,
  name: string,
  rows: readonly PlannedRow[],
  { hash = 'hash', storesText = true } = {},
): Promise<Campaign> {
  const staging = await ledger.stage({ name, stem: 'list', source: 'list.csv', storesText });
  await staging.add(rows);
  return staging.commit(hash);
}

/** Takes a campaign that nobody runs. */
export async function lease(ledger: Ledger, campaignId: string): Promise<Lease> {
  const taken = await ledger.acquire(campaignId, holder);
  if ('heldBy' in taken) throw new Error('held');
  return taken;
}

/** Claims messages of one sender. */
export async function take(ledger: Ledger, held: Lease, sender: string, limit: number): Promise<readonly Claim[]> {
  return (await ledger.claim(held, { wants: [{ sender, limit }], results: [] })).claims;
}

/** All there is. */
export async function all(messages: AsyncIterable<Message>): Promise<Message[]> {
  const found: Message[] = [];
  for await (const message of messages) found.push(message);
  return found;
}

/** What every ledger must do; each implementation's test runs it. `open` gives the same ledger again for the same clock. */
export function ledgerContract(open: (clock: { now: number }) => Ledger): void {
  const begin = async (...rows: readonly PlannedRow[]) => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const ledger = open(clock);
    const campaign = await write(ledger, 'test', rows);
    return { clock, ledger, campaign };
  };
  const counts = async (ledger: Ledger, id: string): Promise<Partial<Record<SendState, number>>> =>
    Object.fromEntries(Object.entries((await ledger.report(id)).counts).filter(([, count]) => count > 0));

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

    it('is found by the beginning of its name or id, the newest first, with nothing left out for its letters', async () => {
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

    it('is found by name, by id and by its input', async () => {
      const { clock, ledger, campaign } = await begin(row(2));
      expect(await ledger.find(campaign.id)).toEqual(campaign);
      expect(await ledger.findInput('hash', clock.now)).toEqual([campaign]);
      expect(await ledger.findInput('hash', clock.now + 1)).toEqual([]);
      expect(await ledger.findInput('other', 0)).toEqual([]);
    });

    it('lists the newest first', async () => {
      const { clock, ledger } = await begin(row(2));
      clock.now += 1;
      await write(ledger, 'later', [row(3)]);
      expect((await ledger.campaigns(9)).map(({ name, counts: { pending } }) => [name, pending])).toEqual([
        ['later', 1],
        ['test', 1],
      ]);
    });
  });

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
      clock.now += 500;
      expect(await take(ledger, held, '12345', 1)).toMatchObject([{ id: claim?.id, attempt: 2 }]);
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

    it('come from results that ask for it, for the sender of the message', async () => {
      const { ledger, campaign } = await begin(row(2));
      const held = await lease(ledger, campaign.id);
      const [claim] = await take(ledger, held, '12345', 1);
      const change = { state: 'rejected', code: 21610, suppress: true } as const;
      await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change }]);
      expect(await listed(ledger)).toEqual([
        expect.objectContaining({ ...who(row(2).to, '12345'), source: '21610', at: expect.any(Number) }),
      ]);
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
      expect(await ledger.undelivered(campaign.id)).toEqual([{ sid: 'SM1', claimedAt: expect.any(Number) }]);
      expect(await ledger.receive([receipt('delivered'), receipt('sent'), receipt('delivered')])).toBe(2);
      expect(await message()).toMatchObject({ state: 'accepted', status: 'delivered' });
      expect(await ledger.undelivered(campaign.id)).toEqual([]);
      expect(await ledger.receive([receipt('sent', { sid: 'SM9' })])).toBe(0);
    });

    it('count in full when they come before the answer: status, code and suppression', async () => {
      const { ledger, accept, message } = await claimed();
      await ledger.receive([receipt('undelivered', { code: 30006 }), receipt('sent')]);
      await accept();
      expect(await message()).toMatchObject({ status: 'undelivered', code: 30006 });
      expect(await optedOut(ledger)).toEqual([`${row(2).to} 30006`]);
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

  describe('results', () => {
    const sent = async () => {
      const world = await begin(row(2), row(3), row(4), row(5), wrong(6));
      const held = await lease(world.ledger, world.campaign.id);
      const claims = await take(world.ledger, held, '12345', 3);
      const changes = [
        { state: 'accepted', sid: `SM${'1'.repeat(32)}`, status: 'queued', segments: 3 },
        { state: 'rejected', code: 21610, reason: 'unsubscribed' },
        { state: 'unknown', reason: 'no answer' },
      ] as const;
      await world.ledger.record(
        held,
        claims.map(({ id, attempt }, i) => ({ messageId: id, attempt, change: changes[i] ?? changes[0] })),
      );
      return { ...world, held, claims };
    };

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

    it('that were rejected can be opened again by code', async () => {
      const { ledger, campaign } = await sent();
      expect(await ledger.reopen(campaign.id, [21606])).toBe(0);
      expect(await ledger.reopen(campaign.id, [21606, 21610])).toBe(1);
      expect(await counts(ledger, campaign.id)).toEqual({ accepted: 1, unknown: 1, pending: 2, invalid: 1 });
    });
  });
}
