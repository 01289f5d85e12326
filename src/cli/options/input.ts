import { groups } from './groups.ts';
import { grouped, list, option, type Parse, type SettingOption, setting, toggle, type ValuesOf } from './option.ts';
import { count, share, text } from './parsers.ts';

const map: Parse<string> = (given) =>
  /^\s*[^=]+?\s*=\s*[\s\S]+$/.test(given)
    ? { value: given }
    : { problem: 'is not name=column', hint: "Write --map to=phone or --map 'body=Hi {{ first }}'." };

/** The country of numbers without +. */
export const country: SettingOption = {
  ...setting('country', '--country <code>', 'country of numbers without +, as US'),
  group: groups.input,
};

/** What says where rows are and what their columns mean. */
export const mapping = grouped(groups.input, {
  maps: list('--map <name=column>', 'which column holds what, or a text with {{ fields }}', map),
  template: option('--template <file>', 'take the text with its {{ fields }} from a file, or from [templates]', text),
  key: option('--key <column>', 'what makes a row the same row (default: the recipient)', text),
  country,
  locale: setting('locale', '--locale <language>', 'how dates and amounts are written, as de-DE (default en-US)'),
  timeZoneColumn: option(
    '--timezone-column <column>',
    "the recipient's time zone, for quiet hours (default: from the number)",
    text,
  ),
});

const delimiter: Parse<string> = (given) => {
  if (given === '\\t' || given === 'tab') return { value: '\t' };
  if (/["\r\n]/.test(given)) return { problem: 'is a quote or a line break, and cannot separate columns' };
  return [...given].length === 1 ? { value: given } : { problem: 'is not one character, nor tab' };
};

const encoding: Parse<string> = (given) => {
  try {
    return { value: new TextDecoder(given).encoding };
  } catch {
    return { problem: 'is no encoding', hint: 'Write it as utf-8, utf-16le, windows-1252 or macintosh.' };
  }
};

/** How a file is read, and how much of it. */
export const fileOptions = {
  ...grouped(groups.input, {
    delimiter: option('--delimiter <character>', 'what separates columns (default: found out)', delimiter),
    encoding: option('--encoding <name>', 'how the file is encoded, as windows-1252 (default: found out)', encoding),
    sheet: option('--sheet <name>', 'sheet of an Excel workbook, by name or number (default: the first)', text),
  }),
  ...grouped(groups.safety, {
    sample: option('--sample <n>', 'take only the first n rows that can be sent', count),
    testTo: option(
      '--test-to <number>',
      'send to this number instead: the first row, or as many as --sample says',
      text,
    ),
    strict: toggle('--strict', 'any wrong row stops all'),
    maxInvalid: option('--max-invalid <share>', 'refuse when more rows are wrong, as 10% (default 50%)', share, 0.5),
  }),
};

/** What is said of columns. */
export type MappingValues = ValuesOf<typeof mapping>;
