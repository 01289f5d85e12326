/** How a text is billed. Counting as https://www.twilio.com/docs/glossary/what-sms-character-limit. */
export interface SegmentCount {
  readonly encoding: 'GSM-7' | 'UCS-2';
  readonly segments: number;
  /** Septets in GSM-7, where an extension character counts two; UTF-16 code units in UCS-2. */
  readonly characters: number;
}

/** The GSM 03.38 default alphabet and its extension table, one and two septets a character. */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '\f^{}\\[~]|€';

/** Septets by character code; 0 for what GSM-7 does not have. */
const septets = new Uint8Array(0x10000);
for (const char of basic) septets[char.charCodeAt(0)] = 1;
for (const char of extension) septets[char.charCodeAt(0)] = 2;

/** How long one segment is, alone and as a part of several: the page above. */
const gsmLimits = { single: 160, multi: 153 };
const ucsLimits = { single: 70, multi: 67 };

/** Counts the segments a text is sent in. An empty text is one segment, as Twilio's own calculator says. */
export function countSegments(text: string): SegmentCount {
  let characters = 0;
  for (let i = 0; i < text.length; i++) {
    const size = septets[text.charCodeAt(i)] ?? 0;
    if (size === 0) return countUcs(text);
    characters += size;
  }
  const segments = characters <= gsmLimits.single ? 1 : countGsmSegments(text);
  return { encoding: 'GSM-7', segments, characters };
}

/** An extension character's two septets stay together. */
function countGsmSegments(text: string): number {
  let segments = 1;
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const size = septets[text.charCodeAt(i)] ?? 0;
    if (used + size > gsmLimits.multi) {
      segments++;
      used = 0;
    }
    used += size;
  }
  return segments;
}

function countUcs(text: string): SegmentCount {
  const characters = text.length;
  const segments = characters <= ucsLimits.single ? 1 : countUcsSegments(text);
  return { encoding: 'UCS-2', segments, characters };
}

/**
 * Text in which every code unit is a character of its own: Latin, Greek, Cyrillic, Hebrew and Arabic letters,
 * punctuation, currencies, symbols, kana, Chinese, Korean syllables, wide forms. No surrogates, marks or joiners.
 */
const simple =
  /^[\0-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ea\u0620-\u064a\u1e00-\u1fff\u2010-\u2027\u20a0-\u20bf\u2100-\u27bf\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9d]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): Intl.Segments {
  // Only once a text needs it: it is slow to make.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** What is one character to the reader is never split. */
function countUcsSegments(text: string): number {
  if (simple.test(text)) return Math.ceil(text.length / ucsLimits.multi);
  const graphemes = graphemesOf(text);
  let segments = 1;
  let start = 0;
  while (text.length - start > ucsLimits.multi) {
    start = endOfSegment(graphemes, start);
    segments++;
  }
  return segments;
}

/** Where the segment that begins at `start` ends. What is longer than a whole segment is split all the same. */
function endOfSegment(graphemes: Intl.Segments, start: number): number {
  const full = start + ucsLimits.multi;
  const next = graphemes.containing(full);
  // To Unicode CR LF is one character, to a phone it is two.
  const fits = next === undefined || next.segment === '\r\n' || next.index <= start;
  return fits ? full : next.index;
}

/** A character that GSM-7 does not have, and what could stand in its place where that is obvious. */
export interface NonGsmCharacter {
  /** In UTF-16 code units. */
  readonly index: number;
  readonly character: string;
  readonly replacement?: string;
}

/** Lists the characters, as a reader counts them, that make a text UCS-2, in their order. */
export function nonGsmCharacters(text: string): readonly NonGsmCharacter[] {
  const found: NonGsmCharacter[] = [];
  const add = (index: number, character: string): void => {
    if (isGsm(character)) return;
    const replacement = gsmReplacement(character);
    found.push(replacement === undefined ? { index, character } : { index, character, replacement });
  };
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = certainBreak(text, start);
    const first = String.fromCodePoint(text.codePointAt(start) ?? 0);
    if (end === start + first.length) add(start, first);
    else for (const { index, segment } of graphemesOf(text.slice(start, end))) add(start + index, segment);
  }
  return found;
}

/**
 * Where two characters meet that stand alone, the next time after `start`. Only what is between such places has to be
 * cut by the segmenter, which takes a hundred times as long. `test/core/text/segments.test.ts` compares with it.
 */
function certainBreak(text: string, start: number): number {
  let wasAlone = false;
  for (let at = start; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const isAlone = standsAlone(code);
    if (isAlone && wasAlone) return at;
    wasAlone = isAlone;
    at += code > 0xffff ? 2 : 1;
  }
  return text.length;
}

let simpleCodes: Uint8Array | undefined;

/** True for a simple character and for an emoji: with another such before or after it, none is part of the other. */
function standsAlone(code: number): boolean {
  if (code > 0xffff) return /\p{Extended_Pictographic}/u.test(String.fromCodePoint(code));
  simpleCodes ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => (simple.test(String.fromCharCode(unit)) ? 1 : 0));
  return simpleCodes[code] === 1;
}

function isGsm(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!septets[text.charCodeAt(i)]) return false;
  return true;
}

/**
 * What word processors put in place of plain characters, and the plain ones. After Twilio's Smart Encoding,
 * https://www.twilio.com/docs/messaging/services/smart-encoding-char-list; letters keep their accents.
 */
const gsmReplacements: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["'", '‘’‚‛′‵ʹʻʼʽˈˊˋ´`❛❜'],
    ['"', '“”„‟″‶«»ʺˮ❝❞〝〞'],
    ['-', '‐‑‒–—―−⁃•'],
    ['...', '…'],
    ['<', '‹'],
    ['>', '›'],
    ['/', '⁄∕'],
    ['*', '∗'],
    ['~', '˜∼'],
    ['^', 'ˆ'],
    ['|', '¦∣'],
    [' ', '\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'],
    ['\n', '\v\u0085\u2028\u2029'],
    ['', '\0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'],
    ['(c)', '©'],
    ['(R)', '®'],
    ['TM', '™'],
    ['1/4', '¼'],
    ['1/2', '½'],
    ['3/4', '¾'],
  ].flatMap(([plain = '', fancy = '']) => [...fancy].map((char) => [char, plain])),
);

/** Replaces what GSM-7 does not have and something plain can stand for; leaves the rest. */
export function withAsciiPunctuation(text: string): string {
  return isGsm(text) ? text : withReplacements(text, nonGsmCharacters(text));
}

/** The same where the characters are known. */
export function withReplacements(text: string, found: readonly NonGsmCharacter[]): string {
  let plain = '';
  let end = 0;
  for (const { index, character, replacement = character } of found) {
    plain += text.slice(end, index) + replacement;
    end = index + character.length;
  }
  return plain + text.slice(end);
}

/** Full-width forms and ligatures: the same letters in another shape. */
const reshaped = /^[\uff01-\uff5e\ufb00-\ufb06]$/;

function gsmReplacement(character: string): string | undefined {
  const listed = gsmReplacements[character];
  if (listed !== undefined) return listed;
  // NFC also makes é of e and a combining accent, which GSM-7 has.
  const composed = character.normalize(reshaped.test(character) ? 'NFKC' : 'NFC');
  return isGsm(composed) ? composed : undefined;
}
