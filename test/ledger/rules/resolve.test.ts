import { describe, expect, it } from 'vitest';
import type { MessageChange } from '../../../src/core/outcome/after-send.ts';
import type { StatusUpdate } from '../../../src/core/outcome/receipt.ts';
import { receiptIndex } from '../../../src/ledger/rules/receipts.ts';
import { type Resolving, resolveUnknowns } from '../../../src/ledger/rules/resolve.ts';
import { columns, outcomeRow } from './row.ts';

const unknown = outcomeRow({ state: 'unknown', reason: 'no answer' });
const given = (more: Partial<Resolving> = {}): Resolving => ({
  ...{ rows: new Map([['m1', unknown]]), owners: new Map(), receipts: receiptIndex(), isRecalled: false },
  ...more,
});
const reported = (status: string, messageId?: string): StatusUpdate => ({
  ...{ sid: 'SM1', status, at: 9, source: 'callback' },
  ...(messageId !== undefined && { messageId }),
});
const found: MessageChange = { state: 'accepted', sid: 'SM1', status: 'sent' };
const absent: MessageChange = { state: 'pending', reason: 'not found at Twilio; sent again' };

describe('an unknown message', () => {
  it.each<[string, MessageChange, Partial<Resolving>, readonly (readonly unknown[])[]]>([
    ['that was found', found, {}, [['m1', 'accepted', 'SM1', 'sent', null]]],
    [
      'that was found, and reported on before',
      found,
      { receipts: receiptIndex([reported('delivered')]) },
      [['m1', 'accepted', 'SM1', 'delivered', null]],
    ],
    ['found as somebody else’s', found, { owners: new Map([['SM1', 'm9']]) }, []],
    ['that was not found', absent, {}, [['m1', 'pending', null, null, null]]],
    ['that was not found, of a recalled campaign', absent, { isRecalled: true }, []],
    ['that was found, of a recalled campaign', found, { isRecalled: true }, [['m1', 'accepted', 'SM1', 'sent', null]]],
    [
      'that was not found, but has been reported',
      absent,
      { receipts: receiptIndex([reported('sent', 'm1')]) },
      [['m1', 'accepted', 'SM1', 'sent', null]],
    ],
    ['that has its outcome already', found, { rows: new Map() }, []],
  ])('%s', (_, change, more, expected) => {
    expect(resolveUnknowns([{ messageId: 'm1', change }], given(more)).outcomes.map(columns)).toEqual(expected);
  });

  it('has no reason any more once it was found, and is due at once when it is sent again', () => {
    const [sent] = resolveUnknowns([{ messageId: 'm1', change: found }], given()).outcomes;
    expect(sent?.reason).toBeNull();
    const [again] = resolveUnknowns([{ messageId: 'm1', change: absent }], given()).outcomes;
    expect(again).toMatchObject({ reason: absent.reason, dueAt: 0 });
  });

  it('shares no SID with another', () => {
    const rows = new Map([unknown, { ...unknown, id: 'm2' }].map((row) => [row.id, row]));
    const resolutions = ['m1', 'm2'].map((messageId) => ({ messageId, change: found }));
    expect(resolveUnknowns(resolutions, given({ rows })).outcomes.map(({ id }) => id)).toEqual(['m1']);
  });
});
