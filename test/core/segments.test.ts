import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { expect, it } from 'vitest';
import { countSegments } from '../../src/core/segments.ts';

it.each([
  ['an empty text', '', 'GSM-7', 1],
  ['160 plain characters', 'x'.repeat(160), 'GSM-7', 1],
  ['161 plain characters', 'x'.repeat(161), 'GSM-7', 2],
  ['306 plain characters', 'x'.repeat(306), 'GSM-7', 2],
  ['307 plain characters', 'x'.repeat(307), 'GSM-7', 3],
  ['80 euro signs of two septets', '€'.repeat(80), 'GSM-7', 1],
  ['an extension character that would be split', `${'x'.repeat(152)}€${'x'.repeat(152)}`, 'GSM-7', 3],
  ['one curly quote', `it’s ${'x'.repeat(65)}`, 'UCS-2', 1],
  ['71 characters with a curly quote', `it’s ${'x'.repeat(66)}`, 'UCS-2', 2],
  ['a family that would be split', `${'x’'.repeat(33)}👨‍👩‍👧‍👦${'x'.repeat(60)}`, 'UCS-2', 3],
])('counts %s', (_, text, encoding, segments) => {
  expect(countSegments(text)).toMatchObject({ encoding, segments });
});

it('agrees with Twilio’s own calculator', () => {
  const gsm = [...'abc XYZ09.,!?@£$èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¡ÄÖÑÜ§¿äöñüà\n\r^{}[]~|€\\\f'];
  const other = [
    '’',
    '“',
    '…',
    '–',
    'ç',
    'ñ́',
    'e\u0301',
    '字',
    'あ',
    'ｱ',
    '\u00a0',
    '`',
    '😀',
    '👍🏽',
    '🇩🇪',
    '👨‍👩‍👧',
    '\r\n',
    '𝒜',
  ];
  const text = (alphabet: readonly string[], maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength }).map((parts) => parts.join(''));
  const texts = fc.oneof(text(gsm, 500), text([...gsm, ...other], 300), text(other, 150));
  fc.assert(
    fc.property(texts, (sample) => {
      const theirs = new SegmentedMessage(sample);
      const { encoding, segments } = countSegments(sample);
      expect([encoding, segments]).toEqual([theirs.encodingName, theirs.segmentsCount]);
    }),
    { numRuns: 1500 },
  );
});
