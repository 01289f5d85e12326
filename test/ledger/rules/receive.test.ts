import { describe, expect, it } from 'vitest';
import type { StatusUpdate } from '../../../src/core/outcome/receipt.ts';
import { type KeptReceipt, openIds, type Receiving, receive } from '../../../src/ledger/rules/receive.ts';
import { columns, outcomeRow } from './row.ts';

const receipt = (status: string, more: Partial<StatusUpdate> = {}): StatusUpdate => ({
  ...{ sid: 'SM1', status, at: 9, source: 'callback' },
  ...more,
});
const kept = (status: string, isQueued = false): KeptReceipt => ({ ...receipt(status), isQueued });
const accepted = { ...outcomeRow({ state: 'accepted', status: 'queued' }), sid: 'SM1' };
const given = (more: Partial<Receiving> = {}): Receiving => ({
  ...{ passOn: false, kept: [], accepted: [accepted], unconfirmed: [], reported: { receipts: [], owners: new Map() } },
  ...more,
});

describe('receipts that come in', () => {
  it.each<[string, readonly StatusUpdate[], Partial<Receiving>, number, number, number]>([
    ['news is kept and merged', [receipt('sent')], {}, 1, 1, 1],
    ['one that was kept before is no news', [receipt('sent')], { kept: [kept('sent')] }, 0, 0, 1],
    ['of two alike the second is no news', [receipt('sent'), receipt('sent')], {}, 1, 1, 1],
    ['the same status for another reason is', [receipt('sent'), receipt('sent', { code: 1 })], {}, 2, 2, 1],
    ['one that changes nothing is kept all the same', [receipt('queued')], {}, 1, 1, 0],
    ['one about nobody is kept for who comes later', [receipt('sent')], { accepted: [] }, 0, 1, 0],
  ])('%s', (_, updates, more, news, keptCount, moved) => {
    const received = receive(updates, given(more));
    expect([received.news, received.receipts.length, received.deliveries.length]).toEqual([news, keptCount, moved]);
  });

  it('confirm a message by its id, by all that came with them', () => {
    const updates = ['sent', 'delivered', 'sent'].map((status) => receipt(status, { messageId: 'm1' }));
    const received = receive(updates, given({ accepted: [], unconfirmed: [outcomeRow({ state: 'unknown' })] }));
    expect(received.outcomes.map(columns)).toEqual([['m1', 'accepted', 'SM1', 'delivered', null]]);
    expect([received.news, received.deliveries]).toEqual([2, []]);
  });

  it('confirm it by what was kept before their id was known', () => {
    const reported = { receipts: [receipt('delivered')], owners: new Map() };
    const received = receive(
      [receipt('sent', { messageId: 'm1' })],
      given({ accepted: [], unconfirmed: [outcomeRow({ state: 'unknown' })], reported }),
    );
    expect(received.outcomes.map(columns)).toEqual([['m1', 'accepted', 'SM1', 'delivered', null]]);
  });

  it('leave a claimed message to its answer', () => {
    const received = receive(
      [receipt('sent', { messageId: 'm1' })],
      given({ accepted: [], unconfirmed: [outcomeRow()] }),
    );
    expect([received.outcomes, received.deliveries, received.news, received.receipts.length]).toEqual([[], [], 0, 1]);
  });

  it('merge into the message that has their SID, and leave the one they name', () => {
    const reported = { receipts: [], owners: new Map([['SM1', 'm9']]) };
    const unconfirmed = [outcomeRow({ state: 'unknown' })];
    const accepted9 = { ...accepted, id: 'm9' };
    const received = receive(
      [receipt('sent', { messageId: 'm1' })],
      given({ accepted: [accepted9], unconfirmed, reported }),
    );
    expect(received.outcomes).toEqual([]);
    expect(received.deliveries).toMatchObject([{ id: 'm9', status: 'sent' }]);
  });

  it.each<[string, readonly StatusUpdate[], readonly KeptReceipt[], boolean, number]>([
    ['each once', [receipt('sent'), receipt('sent')], [], true, 1],
    ['also what a poll has reported before', [receipt('sent')], [kept('sent')], true, 1],
    ['not what became one before', [receipt('sent')], [kept('sent', true)], true, 0],
    ['nothing where nothing is passed on', [receipt('sent')], [], false, 0],
  ])('become events: %s', (_, updates, before, passOn, count) => {
    const { events, receipts, queued } = receive(updates, given({ kept: before, passOn }));
    expect(events).toHaveLength(count);
    expect([...receipts.filter(({ isQueued }) => isQueued), ...queued]).toHaveLength(count);
  });

  it('keep a receipt as it was first heard when it becomes an event later', () => {
    const polled: KeptReceipt = { ...receipt('sent', { at: 1, source: 'poll' }), isQueued: false };
    const { receipts, queued } = receive([receipt('sent', { at: 5 })], given({ kept: [polled], passOn: true }));
    expect([receipts, queued]).toMatchObject([[], [{ sid: 'SM1', status: 'sent' }]]);
  });

  it('suppress who is out of reach for good', () => {
    const { optOuts } = receive([receipt('undelivered', { code: 30006 })], given());
    expect(optOuts).toEqual([{ address: '+14155550101', sender: '12345', source: '30006', at: 9 }]);
  });

  it('name messages to look for: not those that have their SIDs already', () => {
    const updates = [receipt('sent', { messageId: 'm1' }), receipt('sent', { messageId: 'm2' }), receipt('sent')];
    expect(openIds(updates, [accepted])).toEqual(['m2']);
  });
});
