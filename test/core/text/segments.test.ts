import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import { countSegments, nonGsmCharacters } from '../../../src/core/text/segments.ts';

const x = (count: number) => 'x'.repeat(count);
const я = (count: number) => 'я'.repeat(count);

describe('counting segments', () => {
  it.each<[string, string, 'GSM-7' | 'UCS-2', number, number]>([
    ['an empty text', '', 'GSM-7', 1, 0],
    ['160 plain characters', x(160), 'GSM-7', 1, 160],
    ['161 plain characters', x(161), 'GSM-7', 2, 161],
    ['306 plain characters', x(306), 'GSM-7', 2, 306],
    ['307 plain characters', x(307), 'GSM-7', 3, 307],
    ['every extension character as two', '\f^{}\\[~]|€', 'GSM-7', 1, 20],
    ['80 euro signs', '€'.repeat(80), 'GSM-7', 1, 160],
    ['an extension character that would be split', `${x(152)}€${x(152)}`, 'GSM-7', 3, 306],
    ['153 euro signs, 76 to a segment', '€'.repeat(153), 'GSM-7', 3, 306],
    ['the capital Ç of GSM-7', 'FRANÇAIS', 'GSM-7', 1, 8],
    ['the small ç it has not', 'français', 'UCS-2', 1, 8],
    ['a backtick', '`', 'UCS-2', 1, 1],
    ['a tab', 'a\tb', 'UCS-2', 1, 3],
    ['a no-break space', 'a\u00a0b', 'UCS-2', 1, 3],
    ['CRLF as two characters', `${x(158)}\r\n`, 'GSM-7', 1, 160],
    ['CRLF across segments', `${x(152)}\r\n${x(152)}`, 'GSM-7', 2, 306],
    ['CRLF across segments in UCS-2', `${я(66)}\r\n${я(65)}😀`, 'UCS-2', 3, 135],
    ['CRLF across two full segments in UCS-2', `😀${я(64)}\r\n${я(66)}`, 'UCS-2', 2, 134],
    ['one curly quote', `it’s ${x(65)}`, 'UCS-2', 1, 70],
    ['71 characters with a curly quote', `it’s ${x(66)}`, 'UCS-2', 2, 71],
    ['an extension character in UCS-2 as one', '€’', 'UCS-2', 1, 2],
    ['134 Cyrillic letters', я(134), 'UCS-2', 2, 134],
    ['135 Cyrillic letters', я(135), 'UCS-2', 3, 135],
    ['35 emoji', '😀'.repeat(35), 'UCS-2', 1, 70],
    ['67 emoji, 33 to a segment', '😀'.repeat(67), 'UCS-2', 3, 134],
    ['an accent apart from its letter', 'e\u0301', 'UCS-2', 1, 2],
    ['a letter and its accent that would be split', `${x(66)}e\u0301${x(66)}`, 'UCS-2', 3, 134],
    ['a flag that would be split', `${x(65)}🇩🇪${x(63)}`, 'UCS-2', 2, 132],
    ['a skin tone that would be split', `${x(65)}👍🏽${x(65)}`, 'UCS-2', 3, 134],
    ['a family that would be split', `${'x’'.repeat(33)}👨‍👩‍👧‍👦${x(60)}`, 'UCS-2', 3, 137],
  ])('counts %s', (_, text, encoding, segments, characters) => {
    expect(countSegments(text)).toEqual({ encoding, segments, characters });
    const theirs = new SegmentedMessage(text);
    expect([theirs.encodingName, theirs.segmentsCount]).toEqual([encoding, segments]);
  });

  it('splits what is longer than a segment', () => {
    expect(countSegments(`e${'\u0301'.repeat(133)}`).segments).toBe(2);
    expect(countSegments(`e${'\u0301'.repeat(134)}`).segments).toBe(3);
  });
});

describe('Twilio’s own calculator', () => {
  const basic = [...'abc XYZ09.,!?@£$¥_èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¡¤ÄÖÑÜ§¿äöñüà"#%&\'()*+-/:;<=>\n\r'];
  const extension = [...'\f^{}[]~|€\\'];
  const breaks = ['\r\n', '\n\r', '\r', '\n', '\f', '\t', '\u2028'];
  const single = [...'’“”–…çáíóúâêãõńłřșğ`´«»½™жЯїӁאשعربيệỹἄ₹₽字漢あアー、。한국ｱＡ→★☀✓'];
  const spaces = ['\u00a0', '\u00ad', '\u2009', '\u200b', '\u202f', '\u3000', '\ufeff'];
  const marked = ['e\u0301', 'n\u0303', 'x\u0308\u0301', 'が', 'か\u3099', 'עִ', 'بَ', 'ก็', 'กำ', 'கி', 'ｶﾞ', '각'];
  // Joined emoji are those of Unicode 10, where the calculator's own table of characters ends.
  const emoji = [
    ...'😀🚀𝒜𠮷',
    '❤️',
    '☎️',
    '1️⃣',
    '👍🏽',
    '✊🏿',
    '🇩🇪',
    '🇫🇷🇬🇧',
    '👨‍👩‍👧',
    '👨‍👩‍👧‍👦',
    '👩🏽‍💻',
    '🏳️‍🌈',
    '🤦🏽‍♀️',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  ];
  const other = [...breaks, ...single, ...spaces, ...marked, ...emoji];

  const text = (alphabet: readonly string[], maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength, size: 'max' }).map((parts) => parts.join(''));
  const texts = fc.oneof(
    text([...basic, ...extension, ...breaks.slice(0, 5)], 500),
    text([...extension, 'x'], 330),
    text([...basic, ...other], 300),
    text([...basic, ...single, ...spaces, ...breaks], 400),
    text([...emoji, ...marked, '\r\n', 'x'], 100),
  );

  it('agrees on every text', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(texts, (sample) => {
        const theirs = new SegmentedMessage(sample);
        const { encoding, segments } = countSegments(sample);
        expect([encoding, segments]).toEqual([theirs.encodingName, theirs.segmentsCount]);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees on every character of the basic plane', () => {
    const differing: number[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const char = String.fromCharCode(code);
      if (countSegments(char).encoding !== new SegmentedMessage(char).encodingName) differing.push(code);
    }
    expect(differing).toEqual([]);
  });
});

describe('what makes a text UCS-2', () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const cut = (text: string) =>
    [...segmenter.segment(text)]
      .filter(({ segment }) => countSegments(segment).encoding === 'UCS-2')
      .map(({ index, segment }) => ({ index, character: segment }));
  const listed = (text: string) => nonGsmCharacters(text).map(({ index, character }) => ({ index, character }));

  it('is every character that the segmenter finds and GSM-7 has not, whatever stands beside it', () => {
    const block = 0x80;
    const differing: string[] = [];
    for (let first = 0; first < 0x20000; first += block) {
      // Between the basic plane and the emoji there is nothing that a text message holds.
      if (first >= 0x10000 && first < 0x1f000) continue;
      const chars = Array.from({ length: block }, (_, i) => String.fromCodePoint(first + i));
      const text = chars.map((char) => `a${char}’${char}é😀${char}${char}👍`).join('');
      if (JSON.stringify(listed(text)) !== JSON.stringify(cut(text))) differing.push(first.toString(16));
    }
    expect(differing).toEqual([]);
  });

  it('is found in any text as by the segmenter', () => {
    const parts = fc.constantFrom(...'aé’я中あ😀👍🏽🇩🇪❤\ufe0f\u200d\u0301\r\nकि\u0600각\u1100\u1161กำ');
    const texts = fc.oneof(fc.string({ unit: parts, maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(listed(text)).toEqual(cut(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is nothing in a GSM-7 text', () => {
    expect(nonGsmCharacters('')).toEqual([]);
    expect(nonGsmCharacters('Grüße, 5 € [ok]\r\n')).toEqual([]);
  });

  it('is listed in order, with what could stand in its place', () => {
    expect(nonGsmCharacters('“It’s”\u00a05 – 6… 👨‍👩‍👧 ça')).toEqual([
      { index: 0, character: '“', replacement: '"' },
      { index: 3, character: '’', replacement: "'" },
      { index: 5, character: '”', replacement: '"' },
      { index: 6, character: '\u00a0', replacement: ' ' },
      { index: 9, character: '–', replacement: '-' },
      { index: 12, character: '…', replacement: '...' },
      { index: 14, character: '👨‍👩‍👧' },
      { index: 23, character: 'ç' },
    ]);
  });

  it.each([
    ['a tab', '\t', ' '],
    ['a zero-width space', '\u200b', ''],
    ['a line separator', '\u2028', '\n'],
    ['a bullet', '•', '-'],
    ['a backtick', '`', "'"],
    ['a fraction', '½', '1/2'],
    ['a full-width letter', 'Ａ', 'A'],
    ['a ligature', 'ﬁ', 'fi'],
    ['an accent apart from its letter', 'e\u0301', 'é'],
    ['the Ohm sign', '\u2126', 'Ω'],
    ['an accent GSM-7 has not', 'a\u0301', undefined],
    ['a raised two', '²', undefined],
  ])('%s', (_, character, replacement) => {
    expect(nonGsmCharacters(character)[0]?.replacement).toBe(replacement);
  });

  it('is gone once all of it is replaced', () => {
    const fancy = ['’', '“', '–', '…', '\u00a0', '\t', '½', 'Ａ', 'ﬁ', 'e\u0301', '€', 'x', '\r\n', '\u200b'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fancy)), (parts) => {
        const text = parts.join('');
        const found = nonGsmCharacters(text);
        const plain = found.reduceRight(
          (rest, { index, character, replacement = '' }) =>
            rest.slice(0, index) + replacement + rest.slice(index + character.length),
          text,
        );
        expect(countSegments(plain).encoding).toBe('GSM-7');
      }),
    );
  });
});
