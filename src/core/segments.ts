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

const gsmLimits = { single: 160, multi: 153 };
const ucsLimits = { single: 70, multi: 67 };

/** Counts the segments a text is sent in. An empty text is one segment. */
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

/** Text in which every code unit is a character of its own: no surrogates, no combining marks, no joiners. */
const simple = /^[\0-\u02ff\u2010-\u2027\u20ac\u4e00-\u9fff]*$/;

let graphemes: Intl.Segmenter | undefined;

/** What is one character to the reader is never split. */
function countUcsSegments(text: string): number {
  if (simple.test(text)) return Math.ceil(text.length / ucsLimits.multi);
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let segments = 1;
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    for (const size of segment === '\r\n' ? [1, 1] : [segment.length]) {
      if (used + size > ucsLimits.multi && used > 0) {
        segments++;
        used = 0;
      }
      used += size;
    }
  }
  return segments;
}
