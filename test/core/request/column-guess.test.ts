import { describe, expect, it } from 'vitest';
import { recipientColumns } from '../../../src/core/request/column-guess.ts';
import { makeMapping } from '../../../src/core/request/mapping.ts';

describe('the columns that recipients may be in', () => {
  it.each<[string[], string[]]>([
    [['name', 'phone'], ['phone']],
    [['Phone Number', 'Name'], ['Phone Number']],
    [['tel', 'name'], ['tel']],
    [['Tel.', 'name'], ['Tel.']],
    [['mobile', 'name'], ['mobile']],
    [['MOBIL', 'Vorname'], ['MOBIL']],
    [['cell phone', 'name'], ['cell phone']],
    [['Phone #', 'name'], ['Phone #']],
    [['Customer Phone', 'name'], ['Customer Phone']],
    [['phone', 'emergency phone'], ['phone']],
    [
      ['phone', 'mobile'],
      ['phone', 'mobile'],
    ],
    [
      ['Phone 1', 'Phone 2'],
      ['Phone 1', 'Phone 2'],
    ],
    [
      ['work phone', 'home phone'],
      ['work phone', 'home phone'],
    ],
    [['phone_model', 'order_number', 'cellar', 'hotel'], []],
    [['first_name', 'address', 'to_do'], []],
  ])('of %j are %j', async (columns, found) => expect(recipientColumns(columns)).toEqual(found));
});

describe('a mapping', () => {
  const base = { from: '12345', body: 'Hi' };
  const guessedOf = async (columns: string[], maps: string[] = []) => {
    const mapping = await makeMapping({ base, columns, maps });
    return 'value' in mapping ? mapping.value.guessed : mapping.problem;
  };

  it('takes the recipient from the one column that is called like numbers', async () => {
    const mapping = await makeMapping({ base, columns: ['Phone Number', 'name'] });
    const row = { line: 2, cells: { 'Phone Number': '+14155550100', name: 'Ada' } };
    const mapped = 'value' in mapping ? mapping.value.toRaw(row) : undefined;
    expect([mapped?.raw.to, mapped?.origin.columnOf('to')]).toEqual(['+14155550100', 'Phone Number']);
  });

  it.each<[string, string[], string[]]>([
    ['a column is called to', ['to', 'phone'], []],
    ['--map says which', ['phone', 'mobile'], ['to=mobile']],
    ['--map says it is a text', ['phone'], ['to={{ phone }}']],
    ['nothing is called like numbers', ['to', 'name'], []],
  ])('guesses nothing where %s', async (_, columns, maps) => expect(await guessedOf(columns, maps)).toBeUndefined());

  it('guesses nothing without a header', async () => {
    const mapping = await makeMapping({ base });
    expect('value' in mapping && mapping.value.guessed).toBeUndefined();
  });
});
