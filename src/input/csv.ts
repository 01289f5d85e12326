import { pipeline } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { checkHeader, type Table } from './table.ts';

/** How to read a CSV. */
export interface CsvOptions {
  readonly name: string;
  /** Absent: found out from the header. */
  readonly delimiter?: string | undefined;
}

/** A CSV, with the delimiter it turned out to have. */
export interface CsvTable extends Table {
  readonly delimiter: string;
}

interface Record {
  readonly line: number;
  readonly cells: readonly string[];
}

interface Dialect {
  readonly delimiter: string;
  readonly newline: string | string[];
  /** Lines before the header, as Excel's `sep=;`. */
  readonly skipped: number;
}

/** A field longer than this is a quote that was never closed, in characters. */
const maxFieldCharacters = 1_000_000;

/**
 * Reads a CSV with a header, row by row. Line numbers are the file's own.
 * A row with too few or too many cells is an issue; a broken header or quote throws a `CliError`.
 */
export async function readCsv(text: AsyncIterable<string>, options: CsvOptions): Promise<CsvTable> {
  const { head, rest } = await readHead(text);
  const dialect = dialectOf(head, options.delimiter);
  const records = readRecords(withoutLines(rest, dialect.skipped), dialect, options.name);
  const first = await records.next();
  if (first.done)
    throw new CliError('input', `${options.name} is empty.`, { hint: 'Its first line names the columns.' });
  const columns = first.value.cells.map((cell) => cell.trim());
  checkHeader(columns, options.name);
  return { columns, delimiter: dialect.delimiter, rows: toRows(records, columns) };
}

/** The text up to the end of its first line at least, and all of it once more. */
async function readHead(text: AsyncIterable<string>): Promise<{ head: string; rest: AsyncIterable<string> }> {
  const iterator = text[Symbol.asyncIterator]();
  let head = '';
  let isDone = false;
  while (!isDone && !/[\r\n][^\r\n]/.test(head) && head.length < maxFieldCharacters) {
    const { value = '', done = false } = await iterator.next();
    isDone = done;
    head += value;
  }
  const rest = async function* (): AsyncGenerator<string> {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  return { head, rest: rest() };
}

function dialectOf(head: string, delimiter: string | undefined): Dialect {
  const [, declared] = /^sep=(.)\r?\n/i.exec(head) ?? [];
  return {
    delimiter: delimiter ?? declared ?? likelyDelimiter(head),
    // Excel for Mac once ended its lines with a bare CR.
    newline: head.includes('\r') && !head.includes('\n') ? '\r' : ['\r\n', '\n'],
    skipped: declared === undefined ? 0 : 1,
  };
}

const delimiters = [',', ';', '\t', '|'] as const;

/** The one that stands in the header most often, outside quotes; a comma when none does. */
function likelyDelimiter(head: string): string {
  const [header = ''] = head.replaceAll(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/);
  const count = (delimiter: string) => header.split(delimiter).length;
  return delimiters.reduce<string>((best, candidate) => (count(candidate) > count(best) ? candidate : best), ',');
}

async function* withoutLines(text: AsyncIterable<string>, lines: number): AsyncGenerator<string> {
  let left = lines;
  for await (const chunk of text) {
    let start = 0;
    for (; left > 0 && chunk.indexOf('\n', start) >= 0; left--) start = chunk.indexOf('\n', start) + 1;
    yield chunk.slice(start);
  }
}

async function* readRecords(
  text: AsyncIterable<string>,
  { delimiter, newline, skipped }: Dialect,
  name: string,
): AsyncGenerator<Record> {
  // Counted here: csv-parse tells where a record ends, and counts CR LF in a quoted field twice.
  const starts: number[] = [];
  let next = 1 + skipped;
  const parser = parse({
    bom: true,
    delimiter,
    record_delimiter: newline,
    relax_column_count: true,
    max_record_size: maxFieldCharacters,
    on_record: (cells: string[]) => {
      starts.push(next);
      next += 1 + cells.reduce((count, cell) => count + countNewlines(cell), 0);
      return cells;
    },
  });
  // What goes wrong while reading ends the parser, and so reaches the loop below.
  pipeline(text, parser, () => undefined);
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      const line = starts.shift() ?? 0;
      if (cells.some((cell) => cell.trim() !== '')) yield { line, cells };
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw csvFault(error as CsvError, `${name}, line ${next}`);
  }
}

const faults: Readonly<Partial<{ [code in CsvError['code']]: { problem: string; hint: string } }>> = {
  CSV_QUOTE_NOT_CLOSED: {
    problem: 'a quote is opened and never closed',
    hint: 'Close it, or double a quote that is meant as text.',
  },
  INVALID_OPENING_QUOTE: {
    problem: 'a quote stands inside a field',
    hint: 'Put the field in quotes and double the inner one: "5"" disk".',
  },
  CSV_INVALID_CLOSING_QUOTE: {
    problem: 'text follows a closing quote',
    hint: 'Double a quote that is meant as text: "5"" disk".',
  },
  CSV_MAX_RECORD_SIZE: { problem: 'a field is far too long', hint: 'A quote may be missing its twin.' },
};

function csvFault(error: CsvError, where: string): CliError {
  const { problem, hint } = faults[error.code] ?? { problem: error.message, hint: undefined };
  return new CliError('input', `${where}: ${problem}.`, { ...(hint && { hint }), cause: error });
}

function countNewlines(cell: string): number {
  return /[\r\n]/.test(cell) ? cell.split(/\r\n|\r|\n/).length - 1 : 0;
}

async function* toRows(records: AsyncGenerator<Record>, columns: readonly string[]): AsyncGenerator<Row | RowIssue> {
  for await (const { line, cells } of records) {
    // Spreadsheets pad rows with empty cells; nothing is lost with those.
    if (cells.length < columns.length || cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
      const problem = `has ${cells.length} cells, and the header has ${columns.length}`;
      const hint = 'A text with the delimiter or a line break in it needs quotes around it.';
      yield { line, column: 'row', value: cells.join(',').slice(0, 80), problem, hint };
      continue;
    }
    const row: { [column: string]: string } = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      if (column) row[column] = cells[i] ?? '';
    }
    yield { line, cells: row };
  }
}
