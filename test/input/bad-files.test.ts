import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';

const folder = resolve(import.meta.dirname, 'bad-files');

interface Expected {
  readonly exitCode: number;
  /** What is said, on either stream, in this order. */
  readonly says: readonly string[];
  readonly flags?: readonly string[];
}

const stops = (...says: readonly string[]): Expected => ({ exitCode: 2, says });
const reports = (...says: readonly string[]): Expected => ({ exitCode: 3, says });
const notes = (...says: readonly string[]): Expected => ({ exitCode: 0, says });
const inUs = (expected: Expected): Expected => ({ ...expected, flags: ['--country', 'US'] });
const inUk = (expected: Expected): Expected => ({ ...expected, flags: ['--country', 'GB'] });

/** What a person reads about each file. */
const files: Readonly<Record<string, Expected>> = {
  'empty.csv': stops('empty.csv is empty.', 'Its first line names the columns.'),
  'only-blank-lines.csv': stops('is empty.'),
  'only-a-header.csv': stops('only-a-header.csv has no rows', 'Nothing was sent'),
  'no-header.csv': stops('line 1: this is a row, and the names of the columns are missing', 'to,first_name'),
  'no-number-column.csv': stops('There is no column "to", and none that is called like numbers', '--map to=COLUMN'),
  'phone-number-column.csv': notes('The recipient is the column "Phone Number"; --map to=COLUMN says otherwise.'),
  'phone-field.ndjson': reports(
    '2 to send of 3 rows',
    'The recipient is the field "Phone Number"; --map to=FIELD says otherwise.',
    'line 1 row',
  ),
  'two-number-fields.ndjson': stops('The numbers may be in phone or mobile', '--map to=phone'),
  'tel-column.xlsx': notes('2 to send', 'The recipient is the column "Tel."; --map to=COLUMN says otherwise.'),
  'misspelt-column.csv': stops('names {{ first_name }}, and there is no such column', 'to, frist_name'),
  'two-columns-alike.csv': stops('line 1: two columns are called First Name', 'are the same name here'),
  'prototype-column.csv': stops('line 1: a column may not be called __proto__'),
  'excel-german.csv': notes('Hi Jürgen', 'separated by semicolons', 'read as windows-1252 from line 3 on'),
  'windows-1252.csv': notes('Hi Zoë', 'read as windows-1252 from line 3 on; --encoding'),
  'utf-16-tabs.txt': notes('Hi Zoë', 'separated by tabs', 'read as utf-16le'),
  'mixed-encodings.csv': stops('holds bytes that are not utf-8 text', '--encoding'),
  'lost-characters.csv': reports('line 2', 'a character was lost when it was saved', 'CSV UTF-8'),
  'mac-line-ends.csv': reports('1 to send of 2 rows', 'line 3 to "555" is not a phone number'),
  'bars.csv': notes('Hi Ada', 'separated by bars (|)'),
  'scientific.csv': inUs(reports('line 2 to "4.15556E+09" is a number that a spreadsheet shortened', 'as text')),
  'scientific-german.csv': reports('"4,15556E+09" is a number that a spreadsheet shortened'),
  'data-frame-floats.csv': inUs(notes('+1415•••0100', 'to ended in .0, which is taken off (1 row)')),
  'lost-plus.csv': inUs(notes('+4474•••3456', 'had lost its +, and is read as a number in GB (1 row)')),
  'lost-zero.csv': inUk(notes('+4474•••3456', 'had lost its leading 0, and is read as a number in GB')),
  'formula-numbers.csv': notes('to +1415•••0100'),
  'extensions.csv': inUs(reports('has an extension, and an extension cannot receive texts', 'a mobile number')),
  'vanity.csv': inUs(reports('has letters in place of digits', '+18003569377')),
  'two-numbers-in-a-cell.csv': reports('holds several numbers', 'one number a row'),
  'short-codes.csv': reports('"12345" is not a phone number', 'A short code'),
  'landline.csv': notes('is a landline, which may not receive texts (1 row)'),
  'duplicates.csv': inUs(notes('1 to send of 2 rows; 1 skipped')),
  'ragged.csv': reports('line 2 row', 'has 3 cells, and the header has 2', 'quotes', 'line 3', 'has 1 cells'),
  'open-quote.csv': reports(
    '1 to send of 2 rows',
    'Hi Bob',
    'line 2 row',
    'opens a quote that is never closed',
    'Close it',
  ),
  'inner-quote.csv': reports('line 2 row', 'has a quote inside a field', 'double the inner one'),
  'quoted-newlines.csv': reports('Hi Ada⏎Lovelace', 'line 4 to "555"'),
  'nul.csv': stops('line 2: holds a NUL character'),
  'blank-field.csv': reports('line 2 first_name is empty, but the text needs it', 'default'),
  'control-characters.csv': reports('line 2 to "U+001B[31m+1415" holds a control character (U+001B)'),
  'half-characters.ndjson': reports('line 2 body "Hi U+D83D" holds half a character (U+D83D)'),
  'formulas.csv': notes('to +1415•••0100: Hi 007'),
  'two-spellings.ndjson': stops('line 2: to and To are the same name here', 'Rename one of them'),
  'byte-after-the-end.xlsx': stops('byte-after-the-end.xlsx cannot be read', '1 byte follows its end', 'Save it as'),
  'saved-as-csv.csv': stops('is an old Excel workbook (.xls)', 'Save it as .xlsx or CSV'),
  'really-a-pdf.csv': stops('is a PDF, not a list'),
  'list.json': stops('is one JSON list', "jq -c '.[]'"),
  'broken.ndjson': reports('line 2 row', 'is not JSON', 'line 3 row', 'is not a JSON object'),
  'no-number.ndjson': reports('line 1 to is empty', 'needs a recipient'),
  'curly-quotes.csv': notes('line 2: “ in first_name makes 2 segments of 1; --ascii-punctuation', 'replaces it by "'),
  'numbers-as-numbers.xlsx': inUs(notes('2 to send', '+1415•••0100', 'had lost its +')),
  'empty.xlsx': stops('is empty.', 'Its first row names the columns.'),
  'bad-row.xlsx': reports('1 to send of 2 rows', 'line 3 to "none" is not a phone number'),
  'cut-short.xlsx': stops('cannot be read as an Excel workbook', 'Save it as .xlsx or CSV'),
};

describe('a bad file', () => {
  it.each(readdirSync(folder))('%s is understood, or it says what is wrong with it', async (name) => {
    const { context, stdout, stderr } = testContext();
    const { exitCode, says, flags = [] } = files[name] ?? stops('no expectation is written down for this file');
    const argv = ['check', join(folder, name), '--from', from, '--body', 'Hi {{ first_name }}', ...flags];
    const code = await main(argv, context);
    const printed = [...stdout, ...stderr].join('\n').replace(/\s+/g, ' ');
    let at = 0;
    for (const words of says) {
      const found = printed.indexOf(words, at);
      expect(found < 0 ? `missing: ${words}\nin: ${printed}` : '').toBe('');
      at = found;
    }
    expect(code).toBe(exitCode);
    expect(stdout.join('')).not.toContain('\x1b');
  });

  it('is there for every expectation', () => expect(Object.keys(files).sort()).toEqual(readdirSync(folder).sort()));
});
