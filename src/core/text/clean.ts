/** C0 but for tabs and line breaks, C1, delete, bidirectional controls, zero-width characters and byte order marks. */
const hazards = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text without what a reader cannot see, or what turns text around; its lines stay. */
export function visible(text: string): string {
  return text.replace(hazards, '');
}

/** A value as JSON that is safe for a terminal: what `visible` takes away is written as \u escapes, so it means the same. */
export function jsonText(value: unknown, replacer?: (field: string, value: unknown) => unknown): string {
  return JSON.stringify(value, replacer).replace(hazards, codeUnit);
}

const codeUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Makes text from a file, the API or a webhook safe for a terminal: no escape sequence, no reordering, one line. */
export function clean(text: string): string {
  return visible(text.replace(/\r\n|\r|\n/g, '⏎').replace(/[\t\u2028\u2029]/g, ''));
}
