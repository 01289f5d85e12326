/** C0, C1, delete, bidirectional controls, zero-width characters and byte order marks. */
const hazards = /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Makes text from a file, the API or a webhook safe for a terminal: no escape sequence, no reordering, one line. */
export function clean(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '⏎').replace(hazards, '');
}
