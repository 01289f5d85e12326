import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { cellWidth, padCells } from '../../src/ui/width.ts';

const special = [
  '\u00ad',
  '\u00a0',
  'é',
  'ł',
  '–',
  '…',
  '\u200b',
  '\u200d',
  '\ufe0f',
  '©',
  '👩',
  '日',
  '\u0301',
  '\t',
  '\u2028',
  '\u{1f1fa}',
];

it('is what string-width says, for text with and without characters of other widths', () => {
  const character = fc.oneof(
    fc.string({ minLength: 1, maxLength: 1 }),
    fc.constantFrom(...special),
    fc.integer({ min: 0xa0, max: 0x2040 }).map((code) => String.fromCodePoint(code)),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
      const text = characters.join('');
      expect(cellWidth(text)).toBe(stringWidth(text));
      expect(cellWidth(`\u001b[1m${text}\u001b[22m`)).toBe(stringWidth(text));
    }),
    { numRuns: 500 },
  );
});

it('of every character that is measured as one cell is one cell', () => {
  for (let code = 0x20; code <= 0x2027; code++) {
    const text = String.fromCodePoint(code);
    if (cellWidth(text) !== stringWidth(text)) expect.fail(`U+${code.toString(16)} is ${cellWidth(text)}`);
  }
});

it('is what text is padded to', () => {
  expect([padCells('Ada', 6), padCells('日本', 6), padCells('grüße', 3)]).toEqual(['Ada   ', '日本  ', 'grüße']);
});
