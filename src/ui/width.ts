import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';

/** ASCII, Latin letters, and the dashes, quotes, bullets and … between U+2010 and U+2027: a cell each. */
const oneCellEach = /^[ -~\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027]*$/;

let measure: ((text: string) => number) | undefined;

/**
 * The cells that text takes on a terminal, colours not counted. `string-width` says so; it is loaded for text that needs
 * it only, since its tables take longer to load than a page of help.
 */
export function cellWidth(text: string): number {
  const visible = text.includes('\u001b') ? stripVTControlCharacters(text) : text;
  if (oneCellEach.test(visible)) return visible.length;
  measure ??= (createRequire(import.meta.url)('string-width') as typeof import('string-width')).default;
  return measure(visible);
}

/** Text with spaces behind it, up to a width in cells. */
export const padCells = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - cellWidth(text)));
