import { describe, expect, it } from 'vitest';
import type { PlannedRow } from '../../../src/core/plan.ts';
import { type Entry, eachKeyOnce, newRow } from '../../../src/ledger/rules/new-rows.ts';

const row = (line: number, more: Partial<PlannedRow> = {}): PlannedRow => ({
  ...{ line, key: `k${line}`, to: `+1415555010${line}`, sender: 'A', state: 'pending', segments: 1 },
  ...{ request: { to: `+1415555010${line}`, from: 'A', body: 'Hi' }, issues: [], warnings: [] },
  ...more,
});
const wrong: PlannedRow = {
  ...{ line: 2, to: 'Ada', sender: '', state: 'invalid', segments: 0, warnings: [] },
  issues: [{ line: 2, column: 'to', value: 'Ada', problem: 'is no number' }],
};
const entry: Entry = { isSuppressed: ({ recipient }) => recipient.endsWith('9'), storesText: true, isRecalled: false };

describe('a row that comes in', () => {
  it.each<[string, PlannedRow, Partial<Entry>, readonly unknown[]]>([
    ['is to be sent', row(2), {}, ['pending', null, 'k2', 'Hi']],
    ['is wrong', wrong, {}, ['invalid', null, null, undefined]],
    ['is skipped where the recipient has opted out', row(9), {}, ['skipped', 'opted out', 'k9', 'Hi']],
    [
      'and then keeps no text that is not stored',
      row(9),
      { storesText: false },
      ['skipped', 'opted out', 'k9', undefined],
    ],
    ['keeps its text until it is sent', row(2), { storesText: false }, ['pending', null, 'k2', 'Hi']],
    ['is canceled once the campaign is recalled', row(2), { isRecalled: true }, ['canceled', null, 'k2', 'Hi']],
    [
      'and then keeps no text that is not stored, either',
      row(2),
      { isRecalled: true, storesText: false },
      ['canceled', null, 'k2', undefined],
    ],
    ['is skipped, recalled or not, for an opt-out', row(9), { isRecalled: true }, ['skipped', 'opted out', 'k9', 'Hi']],
    ['stays wrong', wrong, { isRecalled: true }, ['invalid', null, null, undefined]],
  ])('%s', (_, given, more, expected) => {
    const { state, reason, key, request } = newRow(given, { ...entry, ...more });
    expect([state, reason, key, request?.body]).toEqual(expected);
  });

  it('holds what it does not say as nothing', () => {
    expect(newRow(row(2), entry)).toMatchObject({ country: null, quietHours: null, dueAt: 0, issues: null });
    expect(newRow(wrong, entry)).toMatchObject({ recipient: 'Ada', request: null, issues: wrong.issues });
  });
});

it('rows are added once for a key, the first; those without one always', () => {
  const rows = [row(2), row(3), { ...row(4), key: 'k3' }, wrong, wrong];
  const { news, passedOver } = eachKeyOnce(rows, new Set(['k2']));
  expect([news.map(({ line }) => line), passedOver.map(({ line }) => line)]).toEqual([
    [3, 2, 2],
    [2, 4],
  ]);
});
