import { describe, expect, it } from 'vitest';
import type { StatusUpdate } from '../../../src/core/outcome/receipt.ts';
import { mergeReceipts, receiptIndex } from '../../../src/ledger/rules/receipts.ts';
import { outcomeRow } from './row.ts';

const receipt = (status: string, more: Partial<StatusUpdate> = {}): StatusUpdate => ({
  ...{ sid: 'SM1', status, at: 9, source: 'callback' },
  ...more,
});

const accepted = outcomeRow({ state: 'accepted', sid: 'SM1', status: 'queued' });

describe('merging receipts into a message', () => {
  it.each<[string, readonly StatusUpdate[], string | null, number | null]>([
    ['nothing changes nothing', [], 'queued', null],
    ['the later status wins', [receipt('sent'), receipt('delivered')], 'delivered', null],
    ['an earlier one that comes late does not', [receipt('delivered'), receipt('sent')], 'delivered', null],
    [
      'of two final ones the first stays',
      [receipt('delivered'), receipt('undelivered', { code: 30003 })],
      'delivered',
      null,
    ],
    ['a read message was delivered', [receipt('read'), receipt('delivered')], 'read', null],
    ['a code comes with its status', [receipt('undelivered', { code: 30003 })], 'undelivered', 30003],
    [
      'and stays when a later one has none',
      [receipt('sent', { code: 30003 }), receipt('delivered')],
      'delivered',
      30003,
    ],
    ['a late code does not come', [receipt('delivered'), receipt('sent', { code: 30003 })], 'delivered', null],
    ['a word nobody knows gives way', [receipt('beamed'), receipt('sent')], 'sent', null],
  ])('%s', (_, receipts, status, code) => {
    expect(mergeReceipts(accepted, receipts, accepted).standing).toMatchObject({ status, code });
  });

  it('takes price and segments from whichever receipt has them', () => {
    const receipts = [receipt('sent', { price: 0.01 }), receipt('sent', { segments: 3 }), receipt('sent')];
    expect(mergeReceipts(accepted, receipts, accepted).standing).toMatchObject({ price: 0.01, segments: 3 });
  });

  it.each<[string, Partial<StatusUpdate>, string, number]>([
    ['who is out of reach for good', { status: 'undelivered', code: 30006 }, '+14155550101', 1],
    ['nobody whose message may still arrive', { status: 'sent', code: 30006 }, '+14155550101', 0],
    ['nobody who is out of reach for now', { status: 'undelivered', code: 30003 }, '+14155550101', 0],
    ['no pseudonym', { status: 'undelivered', code: 30006 }, 'purged-0123456789abcdef01234567', 0],
  ])('suppresses %s', (_, update, recipient, count) => {
    const { optOuts } = mergeReceipts(accepted, [receipt('', update)], { ...accepted, recipient });
    expect(optOuts).toHaveLength(count);
  });

  it('suppresses for the sender of the message, with the code and when it was heard', () => {
    const { optOuts } = mergeReceipts(accepted, [receipt('undelivered', { code: 30006, at: 77 })], accepted);
    expect(optOuts).toEqual([{ address: '+14155550101', sender: '12345', source: '30006', at: 77 }]);
  });
});

it('receipts are found by what they are about, the first that was heard first', () => {
  const index = receiptIndex([
    receipt('sent', { messageId: 'm1' }),
    receipt('sent', { sid: 'SM2', messageId: 'm1' }),
    receipt('delivered', { messageId: 'm1' }),
  ]);
  expect(index.ofSid('SM1').map(({ status }) => status)).toEqual(['sent', 'delivered']);
  expect([index.sidsOf('m1'), index.sidsOf('m2'), index.ofSid('SM9')]).toEqual([['SM1', 'SM2'], [], []]);
});
