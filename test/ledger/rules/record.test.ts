import { describe, expect, it } from 'vitest';
import type { AttemptRecord, MessageChange } from '../../../src/core/outcome/after-send.ts';
import type { StatusUpdate } from '../../../src/core/outcome/receipt.ts';
import type { OutcomeRow } from '../../../src/ledger/rules/outcome.ts';
import { receiptIndex } from '../../../src/ledger/rules/receipts.ts';
import { type Recording, recordResults, toConfirm } from '../../../src/ledger/rules/record.ts';
import { columns, outcomeRow } from './row.ts';

const result = (change: MessageChange, messageId = 'm1'): AttemptRecord => ({ messageId, attempt: 1, change });
const given = (more: Partial<Recording> = {}, ...rows: readonly OutcomeRow[]): Recording => ({
  ...{ rows: new Map((rows.length > 0 ? rows : [outcomeRow()]).map((row) => [row.id, row])), owners: new Map() },
  ...{ receipts: receiptIndex(), isRecalled: false, at: 1000 },
  ...more,
});
const reported = (sid: string, status: string, messageId?: string): StatusUpdate => ({
  ...{ sid, status, at: 9, source: 'callback' },
  ...(messageId !== undefined && { messageId }),
});

describe('results', () => {
  it.each<[string, MessageChange, Partial<Recording>, readonly unknown[]]>([
    ['accepted', { state: 'accepted', sid: 'SM1', status: 'queued' }, {}, ['m1', 'accepted', 'SM1', 'queued', null]],
    ['rejected', { state: 'rejected', code: 21211 }, {}, ['m1', 'rejected', null, null, 21211]],
    ['not sent', { state: 'pending', dueAt: 5 }, {}, ['m1', 'pending', null, null, null]],
    [
      'not sent, and recalled meanwhile',
      { state: 'pending' },
      { isRecalled: true },
      ['m1', 'canceled', null, null, null],
    ],
    [
      'accepted, and recalled meanwhile',
      { state: 'accepted', sid: 'SM1' },
      { isRecalled: true },
      ['m1', 'accepted', 'SM1', null, null],
    ],
    [
      'accepted as a message that is somebody else’s',
      { state: 'accepted', sid: 'SM1' },
      { owners: new Map([['SM1', 'm9']]) },
      ['m1', 'unknown', null, null, null],
    ],
    [
      'accepted, and reported before the answer came',
      { state: 'accepted', sid: 'SM1', status: 'queued' },
      { receipts: receiptIndex([reported('SM1', 'delivered')]) },
      ['m1', 'accepted', 'SM1', 'delivered', null],
    ],
    [
      'given up, and reported before',
      { state: 'unknown', reason: 'no answer' },
      { receipts: receiptIndex([reported('SM1', 'sent', 'm1')]) },
      ['m1', 'accepted', 'SM1', 'sent', null],
    ],
    [
      'thought not to be sent, and reported before',
      { state: 'pending' },
      { receipts: receiptIndex([reported('SM1', 'sent', 'm1')]) },
      ['m1', 'accepted', 'SM1', 'sent', null],
    ],
  ])('%s', (_, change, more, expected) => {
    expect(recordResults([result(change)], given(more)).outcomes.map(columns)).toEqual([expected]);
  });

  it('keep when a message is due again', () => {
    expect(recordResults([result({ state: 'pending', dueAt: 7 })], given()).outcomes[0]?.dueAt).toBe(7);
  });

  it('count once for a claim, and not at all when it has gone to somebody else', () => {
    const results = [result({ state: 'rejected' }), result({ state: 'pending' }), result({ state: 'rejected' }, 'm2')];
    expect(recordResults(results, given()).outcomes.map(columns)).toEqual([['m1', 'rejected', null, null, null]]);
  });

  it('give one SID to one message, the first', () => {
    const accepted: MessageChange = { state: 'accepted', sid: 'SM1' };
    const recording = given({}, outcomeRow(), outcomeRow({ id: 'm2' }));
    expect(recordResults([result(accepted), result(accepted, 'm2')], recording).outcomes.map(columns)).toEqual([
      ['m1', 'accepted', 'SM1', null, null],
      ['m2', 'unknown', null, null, null],
    ]);
  });

  it.each<[string, MessageChange, number]>([
    ['as planned', { state: 'accepted', sid: 'SM1' }, 0],
    ['as many segments as Twilio says', { state: 'accepted', sid: 'SM1', segments: 3 }, 0.1],
    ['what may have gone out, as planned', { state: 'unknown' }, 0],
    ['nothing for what was refused', { state: 'rejected' }, -0.2],
    ['nothing for what was not sent', { state: 'pending' }, -0.2],
  ])('cost: %s', (_, change, spentMore) => {
    const row = outcomeRow({ segments: 2, unitPrice: 0.1 });
    expect(recordResults([result(change)], given({}, row)).spentMore).toBeCloseTo(spentMore);
  });

  it('suppress the recipient for the sender, and rest the sender, where they ask for it', () => {
    const { optOuts } = recordResults([result({ state: 'rejected', code: 21610, suppress: true })], given());
    expect(optOuts).toEqual([{ address: '+14155550101', sender: '12345', source: '21610', at: 1000 }]);
    const { pauses } = recordResults([result({ state: 'pending', pauseSenderMs: 500 })], given());
    expect([...pauses]).toEqual([['12345', 1500]]);
  });

  it.each<[string, readonly MessageChange[], ReadonlyMap<string, string>, readonly string[]]>([
    ['none that has a SID of its own', [{ state: 'accepted', sid: 'SM1' }], new Map(), []],
    ['one that has no answer, or was not sent', [{ state: 'unknown' }, { state: 'pending' }], new Map(), ['m0', 'm1']],
    ['all where a SID is somebody else’s', [{ state: 'accepted', sid: 'SM1' }], new Map([['SM1', 'm9']]), ['m0']],
    [
      'all where two name one SID',
      [
        { state: 'accepted', sid: 'SM1' },
        { state: 'accepted', sid: 'SM1' },
      ],
      new Map(),
      ['m0', 'm1'],
    ],
  ])('may be confirmed by callbacks: %s', (_, changes, owners, expected) => {
    expect(
      toConfirm(
        changes.map((change, i) => result(change, `m${i}`)),
        owners,
      ),
    ).toEqual(expected);
  });
});
