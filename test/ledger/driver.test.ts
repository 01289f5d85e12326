import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byPosition, openDatabase } from '../../src/ledger/sqlite/driver.ts';

describe('values by position', () => {
  it.each([
    ['select :a, :b', 'select ?, ?', ['a', 'b']],
    ['select :a, :b, :a', 'select ?, ?, ?', ['a', 'b', 'a']],
    ["select ':a', 'it''s :b', :c", "select ':a', 'it''s :b', ?", ['c']],
    ['select 1 -- of :a\n, :b', 'select 1 -- of :a\n, ?', ['b']],
    ['select 1', 'select 1', []],
  ])('%s', (sql, text, names) => {
    expect(byPosition(sql)).toEqual({ text, names });
  });

  it('reach their places, whatever their order and kind', () => {
    const database = openDatabase(join(mkdtempSync(join(tmpdir(), 'volley-driver-')), 'ledger.db'));
    const echo = database.prepare('select :first as first, :second as second, :first as again');
    expect(echo.get({ second: 2, first: null })).toEqual({ first: null, second: 2, again: null });
    expect(echo.all({ second: 'b', first: 1.5 })).toEqual([{ first: 1.5, second: 'b', again: 1.5 }]);
    expect(() => echo.get({ first: 1 })).toThrow('no value for :second');
    database.close();
  });
});
