import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { tableLines } from '../../src/ui/table.ts';

describe('a table', () => {
  const rows = [
    ['when', 'name', 'messages'],
    ['2026-11-25', 'a', '1,000 accepted, 20 rejected, 3 unknown'],
    ['2026-11-26', 'spring-sale', '1 accepted'],
  ];

  it('has its columns as wide as what they hold', () => {
    expect(tableLines(rows, 80)).toEqual([
      'when        name         messages',
      '2026-11-25  a            1,000 accepted, 20 rejected, 3 unknown',
      '2026-11-26  spring-sale  1 accepted',
    ]);
  });

  it('wraps the last one under itself', () => {
    expect(tableLines(rows, 50)[1]).toBe(
      ['2026-11-25  a            1,000 accepted, 20', '                         rejected, 3 unknown'].join('\n'),
    );
  });

  it('puts the last one below the others where there is no room for it', () => {
    expect(tableLines(rows, 36)).toEqual([
      'when        name\n    messages',
      '2026-11-25  a\n    1,000 accepted, 20 rejected, 3\n    unknown',
      '2026-11-26  spring-sale\n    1 accepted',
    ]);
  });

  it('is empty without rows', () => expect(tableLines([], 80)).toEqual([]));

  it('is within any width and cuts no word of its last column', () => {
    const word = fc.stringMatching(/^[a-z字]{1,10}$/);
    const cells = fc.tuple(
      word,
      word,
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), fc.integer({ min: 24, max: 90 }), (table, width) => {
        const lines = tableLines(table, width);
        for (const line of lines.join('\n').split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        table.forEach(([, , last], i) => {
          const words = last === '' ? [] : last.split(' ');
          expect((lines[i] ?? '').split(/\s+/).slice(-words.length || Number.POSITIVE_INFINITY)).toEqual(words);
        });
      }),
    );
  });
});
