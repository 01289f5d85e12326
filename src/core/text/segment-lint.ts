import { countSegments, nonGsmCharacters, withAsciiPunctuation } from './segments.ts';

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

/** With more of them than this, a text is in another script, and that is no slip. */
const slips = 6;

/** Letters from Greek on, without punctuation and emoji. */
const otherScripts = /[\u0370-\u1fff\u3040-\ud7ff]/g;

/** Greek capitals are the only ones of those letters that GSM-7 has: ΔΦΓΛΩΠΨΣΘΞ. */
const gsmLetters = 10;

/** Finds the first character that makes a text longer in segments than it needs to be; undefined when all is well. */
export function lintSegments(body: string, segments: number): Omit<SegmentLint, 'column'> | undefined {
  if (countSegments(body).encoding === 'GSM-7') return undefined;
  // The same as below finds, without cutting a long text of another script into its characters.
  if (new Set(body.match(otherScripts)).size > slips + gsmLetters) return undefined;
  const plain = withAsciiPunctuation(body);
  const found = nonGsmCharacters(body);
  const first = found.find(({ replacement }) => replacement !== undefined);
  const plainSegments = countSegments(plain).segments;
  if (first?.replacement !== undefined && plainSegments < segments) {
    return { character: first.character, replacement: first.replacement, segments, plainSegments };
  }
  const odd = [...new Set(nonGsmCharacters(plain).map(({ character }) => character))];
  const [character] = odd;
  if (character === undefined || odd.length > slips) return undefined;
  const without = countSegments(odd.reduce((text, one) => text.replaceAll(one, ''), plain)).segments;
  return without < segments ? { character, segments, plainSegments: without } : undefined;
}
