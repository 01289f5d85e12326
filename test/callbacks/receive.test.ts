import { afterEach, describe, expect, it } from 'vitest';
import { type ReceivePorts, type Receiver, startReceiving } from '../../src/callbacks/receive.ts';
import type { Callback, InboundMessage } from '../../src/core/outcome/callback.ts';
import type { OutgoingEvent } from '../../src/core/outcome/event.ts';
import type { StatusUpdate } from '../../src/core/outcome/receipt.ts';
import type { ReadCallback } from '../../src/provider/provider.ts';

let open: Receiver[] = [];
afterEach(async () => {
  for (const receiver of open) await receiver.stop();
  open = [];
});

/** Reads a body that is a callback in JSON; one that is not is forged. */
const readJson: ReadCallback = ({ body }) =>
  body === '' ? { kind: 'forged', problem: 'nobody signed it' } : (JSON.parse(body) as Callback);

/** A receiver whose writes of receipts end when the test says so. */
async function receiving(passOn = false, storesText = true) {
  const groups: (readonly StatusUpdate[])[] = [];
  const ends: { end: (news: number) => void; fail: (error: Error) => void }[] = [];
  const events: OutgoingEvent[] = [];
  const consent: string[] = [];
  const replies: (readonly [InboundMessage, boolean])[] = [];
  const refused: string[] = [];
  let read = 0;
  const readCallback: ReadCallback = (request) => {
    read++;
    return readJson(request);
  };
  const ledger: ReceivePorts['ledger'] = {
    receive: (updates) => {
      groups.push(updates);
      return new Promise((end, fail) => ends.push({ end, fail }));
    },
    keepEvent: async (event) => void events.push(event),
    keepReply: async (...reply) => replies.push(reply) > 0,
    addOptOuts: async (optOuts) => consent.push(...optOuts.map(({ address, sender }) => `+${address}/${sender}`)),
    removeOptOut: async (address, sender) => consent.push(`-${address}/${sender}`),
  };
  const receiver = await startReceiving(
    { publicUrl: 'https://example.com/twilio', host: '127.0.0.1', port: 0, passOn, storesText },
    { ledger, readCallback, now: () => 1000 },
    { onRefused: (reason) => refused.push(reason) },
  );
  open.push(receiver);
  const post = async (callback?: Callback) => {
    const body = callback ? JSON.stringify(callback) : '';
    const { status } = await fetch(`http://127.0.0.1:${receiver.port}/twilio`, { method: 'POST', body });
    return status;
  };
  return { receiver, post, groups, ends, events, consent, replies, refused, read: () => read };
}

const status = (n: number): Callback => ({ kind: 'status', sid: `SM${n}`, status: 'sent' });
const sids = (groups: readonly (readonly StatusUpdate[])[]) =>
  groups.map((group) => group.map(({ sid }) => sid).sort());

describe('a status callback', () => {
  it('is answered once it is on disk; those that come meanwhile go into the next commit together', async () => {
    const { receiver, post, groups, ends, read } = await receiving();
    let answered = 0;
    const first = post(status(1)).finally(() => answered++);
    await expect.poll(() => groups.length).toBe(1);
    const others = [2, 3, 4].map((n) => post(status(n)));
    await expect.poll(read).toBe(4);
    expect([answered, sids(groups)]).toEqual([0, [['SM1']]]);
    ends[0]?.end(1);
    expect(await first).toBe(200);
    await expect.poll(() => groups.length).toBe(2);
    ends[1]?.end(3);
    expect(await Promise.all(others)).toEqual([200, 200, 200]);
    expect(sids(groups)).toEqual([['SM1'], ['SM2', 'SM3', 'SM4']]);
    expect(groups[0]?.[0]).toEqual({ sid: 'SM1', status: 'sent', at: 1000, source: 'callback' });
    expect(await receiver.stop()).toEqual({ statuses: 4, inbound: 0, refused: 0 });
  });

  it('is answered with 503 when it could not be written, as is everyone in its commit, and taken when it comes again', async () => {
    const { receiver, post, ends, refused, read } = await receiving();
    const first = post(status(1));
    await expect.poll(() => ends.length).toBe(1);
    const others = [2, 3].map((n) => post(status(n)));
    await expect.poll(read).toBe(3);
    ends[0]?.end(1);
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.fail(new Error('the disk is full'));
    expect([await first, ...(await Promise.all(others))]).toEqual([200, 503, 503]);
    const again = post(status(2));
    await expect.poll(() => ends.length).toBe(3);
    ends[2]?.end(1);
    expect(await again).toBe(200);
    expect(refused).toEqual(Array(2).fill('it could not be written down: the disk is full'));
    expect(await receiver.stop()).toEqual({ statuses: 2, inbound: 0, refused: 2 });
  });

  it('that nobody signed is turned away, and counted', async () => {
    const { receiver, post, groups, refused } = await receiving();
    expect([await post(), groups, refused]).toEqual([403, [], ['nobody signed it']]);
    expect(await receiver.stop()).toEqual({ statuses: 0, inbound: 0, refused: 1 });
  });
});

describe('an inbound message', () => {
  const inbound = (more: Partial<InboundMessage> = {}): InboundMessage => ({
    ...{ kind: 'inbound', sid: 'SM1', from: '+14155550100', to: '+14155550199', body: 'Hi' },
    ...more,
  });

  it.each<[InboundMessage['keyword'], readonly string[]]>([
    ['stop', ['++14155550100/+14155550199']],
    ['start', ['-+14155550100/+14155550199']],
    [undefined, []],
  ])('with the keyword %s changes consent for whom it was sent to', async (keyword, changed) => {
    const { receiver, post, consent, events } = await receiving();
    expect(await post(inbound(keyword && { keyword }))).toBe(200);
    expect([consent, events]).toEqual([changed, []]);
    expect(await receiver.stop()).toEqual({ statuses: 0, inbound: 1, refused: 0 });
  });

  it.each([true, false])('is kept, with its text where texts are: %s', async (storesText) => {
    const { post, replies } = await receiving(false, storesText);
    expect(await post(inbound())).toBe(200);
    expect(replies).toEqual([[inbound(), storesText]]);
  });

  it('goes into the queue where events are passed on', async () => {
    const { post, events } = await receiving(true);
    expect(await post(inbound())).toBe(200);
    expect(events).toEqual([{ ...inbound(), id: 'SM1', at: 1000 }]);
  });
});
