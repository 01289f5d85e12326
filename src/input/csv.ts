import { pipeline } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { Row, RowIssue } from '../core/message.ts';
import { foldName } from '../core/parameters.ts';
import { CliError } from '../errors.ts';

/** A file with a header, whose rows follow. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row | RowIssue>;
}

/** How to read a CSV. */
export interface CsvOptions {
  readonly name: string;
  readonly delimiter?: string | undefined;
}

interface Record {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A field longer than this is a quote that was never closed, in characters. */
const maxFieldCharacters = 1_000_000;

/** Names that would reach into every object if they became keys. */
const dangerousNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a CSV with a header, row by row. Line numbers are the file's own.
 * A row with too few or too many cells is an issue; a broken header or quote throws a `CliError`.
 */
export async function readCsv(text: AsyncIterable<string>, options: CsvOptions): Promise<Table> {
  const records = readRecords(text, options);
  const first = await records.next();
  if (first.done)
    throw new CliError('input', `${options.name} is empty.`, { hint: 'Its first line names the columns.' });
  const columns = first.value.cells.map((cell) => cell.trim());
  checkHeader(columns, options.name);
  return { columns, rows: toRows(records, columns) };
}

async function* readRecords(
  text: AsyncIterable<string>,
  { name, delimiter = ',' }: CsvOptions,
): AsyncGenerator<Record> {
  // Counted here: csv-parse tells where a record ends, and counts CR LF in a quoted field twice.
  const starts: number[] = [];
  let next = 1;
  const parser = parse({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
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
  return cell.includes('\n') ? cell.split('\n').length - 1 : 0;
}

function checkHeader(columns: readonly string[], name: string): void {
  const seen = new Map<string, string>();
  for (const column of columns) {
    if (dangerousNames.has(column.toLowerCase())) {
      throw new CliError('input', `${name}, line 1: a column may not be called ${column}.`);
    }
    const twin = column === '' ? undefined : seen.get(foldName(column));
    if (twin !== undefined) {
      throw new CliError('input', `${name}, line 1: two columns are called ${column}.`, {
        hint:
          twin === column ? 'Rename one of them.' : `${twin} and ${column} are the same name here. Rename one of them.`,
      });
    }
    seen.set(foldName(column), column);
  }
  if (columns.length === 1 && /[;\t|]/.test(columns[0] ?? '')) {
    const delimiter =
      /[;\t|]/.exec(columns[0] ?? '')?.[0] === '\t' ? "$'\\t'" : `'${/[;|]/.exec(columns[0] ?? '')?.[0]}'`;
    throw new CliError('input', `${name}, line 1: the columns are not separated by commas.`, {
      hint: `Try again with --delimiter ${delimiter}`,
    });
  }
}

async function* toRows(records: AsyncGenerator<Record>, columns: readonly string[]): AsyncGenerator<Row | RowIssue> {
  for await (const { line, cells } of records) {
    if (cells.length !== columns.length) {
      const problem = `has ${cells.length} cells, and the header has ${columns.length}`;
      const hint = 'A text with a comma in it needs quotes around it.';
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
