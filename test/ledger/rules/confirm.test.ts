import { describe, expect, it } from 'vitest';
import type { StatusUpdate } from '../../../src/core/outcome/receipt.ts';
import { confirmAll, confirmSent } from '../../../src/ledger/rules/confirm.ts';
import type { OutcomeRow } from '../../../src/ledger/rules/outcome.ts';
import { receiptIndex } from '../../../src/ledger/rules/receipts.ts';
import { columns, outcomeRow } from './row.ts';

const callback = (messageId: string, sid = 'SM1', status = 'sent'): StatusUpdate => ({
  ...{ sid, status, messageId, at: 9, source: 'callback' },
});
const nobody: ReadonlyMap<string, string> = new Map();

describe('a callback with the id of a message', () => {
  it.each<[string, boolean, Partial<OutcomeRow>]>([
    ['that is unknown', true, { state: 'unknown' }],
    ['that is to be sent again', true, { state: 'pending', attempts: 1 }],
    ['that was never claimed', false, { state: 'pending', attempts: 0 }],
    ['that is claimed: its answer is still to come', false, { state: 'claimed' }],
    ['that was accepted', false, { state: 'accepted', sid: 'SM7' }],
    ['that was rejected', false, { state: 'rejected' }],
    ['that was canceled', false, { state: 'canceled' }],
    ['that has another id', false, { state: 'unknown', id: 'm2' }],
  ])('of one %s confirms it: %s', (_, isConfirmed, row) => {
    const confirmation = confirmSent(outcomeRow(row), { receipts: receiptIndex([callback('m1')]), owners: nobody });
    expect(confirmation !== undefined).toBe(isConfirmed);
  });

  it('gives it its SID, all that was reported of that SID, and no reason any more', () => {
    const receipts = receiptIndex([
      callback('m1'),
      { ...callback('', 'SM1', 'delivered'), messageId: undefined as never },
    ]);
    const confirmation = confirmSent(outcomeRow({ state: 'unknown', reason: 'no answer' }), {
      receipts,
      owners: nobody,
    });
    expect(confirmation?.outcome).toMatchObject({ state: 'accepted', sid: 'SM1', status: 'delivered', reason: null });
  });

  it('confirms nothing when a SID that it named belongs to a message', () => {
    const receipts = receiptIndex([callback('m1', 'SM1'), callback('m1', 'SM2')]);
    const owners = new Map([['SM2', 'm9']]);
    expect(confirmSent(outcomeRow({ state: 'unknown' }), { receipts, owners })).toBeUndefined();
  });

  it('gives a SID to one of two messages only', () => {
    const receipts = receiptIndex([callback('m1'), callback('m2')]);
    const rows = [outcomeRow({ state: 'unknown' }), outcomeRow({ id: 'm2', state: 'unknown' })];
    expect(confirmAll(rows, { receipts, owners: nobody }).outcomes.map(columns)).toEqual([
      ['m1', 'accepted', 'SM1', 'sent', null],
    ]);
  });
});
