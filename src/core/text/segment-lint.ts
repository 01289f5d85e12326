import { countSegments, nonGsmCharacters, withReplacements } from './segments.ts';

/** A character that makes a text dearer than it would be without it. */
export interface SegmentLint {
  /** The column it came from, or `body`. */
  readonly column: string;
  readonly character: string;
  /** What says the same in GSM-7; absent where nothing does, as for an emoji. */
  readonly replacement?: string;
  readonly segments: number;
  /** How many segments there would be with the replacement, or without the character. */
  readonly plainSegments: number;
}

/** With more different characters than this a text is in another script, which is meant so. Our choice. */
const maxMistakes = 6;

/** Greek capitals are the only letters from Greek on that GSM-7 has: ΔΦΓΛΩΠΨΣΘΞ. */
const gsmLetters = 10;

/** Finds the first character that makes a text longer in segments than it needs to be; undefined when all is well. */
export function lintSegments(body: string, segments: number): Omit<SegmentLint, 'column'> | undefined {
  if (countSegments(body).encoding === 'GSM-7' || isInOtherScript(body)) return undefined;
  const found = nonGsmCharacters(body);
  const plain = withReplacements(body, found);
  const first = found.find(({ replacement }) => replacement !== undefined);
  const plainSegments = countSegments(plain).segments;
  if (first?.replacement !== undefined && plainSegments < segments) {
    return { character: first.character, replacement: first.replacement, segments, plainSegments };
  }
  const left = [...new Set((first ? nonGsmCharacters(plain) : found).map(({ character }) => character))];
  const [character] = left;
  if (character === undefined || left.length > maxMistakes) return undefined;
  const without = countSegments(left.reduce((text, one) => text.replaceAll(one, ''), plain)).segments;
  return without < segments ? { character, segments, plainSegments: without } : undefined;
}

/** True when so many letters are from Greek on that they are meant; such a text is not looked at further. */
function isInOtherScript(text: string): boolean {
  const letters = new Set<number>();
  for (let i = 0; i < text.length && letters.size <= maxMistakes + gsmLetters; i++) {
    const code = text.charCodeAt(i);
    // Without punctuation and emoji.
    if ((code >= 0x370 && code <= 0x1fff) || (code >= 0x3040 && code <= 0xd7ff)) letters.add(code);
  }
  return letters.size > maxMistakes + gsmLetters;
}
