import { parse } from 'csv-parse/sync';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { type RecordText, recordFinder } from './csv-records.ts';
import { peek, readLines, textPieces } from './pieces.ts';
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
  /** A line feed ends a line with or without a CR before it. */
  readonly newline: '\r' | '\n';
  /** Lines before the header, as Excel's `sep=;`. */
  readonly skipped: number;
}

/** A line longer than this is no line of a CSV, in characters. Our choice. */
const maxLineCharacters = 1024 * 1024;

/** How much of the text is looked at to find out its dialect, in characters. Our choice. */
const headCharacters = 64 * 1024;

/**
 * Reads a CSV with a header, row by row. Line numbers are the file's own.
 * A row with too few or too many cells or a wrong quote is an issue; a broken header throws a `CliError`.
 */
export async function readCsv(text: AsyncIterable<string>, { name, delimiter }: CsvOptions): Promise<CsvTable> {
  if (delimiter !== undefined && /^$|["\r\n]/.test(delimiter)) {
    throw new CliError('usage', 'Columns cannot be separated by nothing, a quote or a line break (--delimiter).');
  }
  const { first: head, all } = await peek(text, textPieces('\n'), headCharacters);
  const dialect = dialectOf(head, delimiter);
  const groups = readRecords(all, dialect);
  const group = await groups.next();
  const [header, ...rest] = group.done ? [] : group.value;
  if (!header) throw new CliError('input', `${name} is empty.`, { hint: 'Its first line names the columns.' });
  if ('problem' in header) {
    const { line, problem, hint } = header;
    throw new CliError('input', `${name}, line ${line}: the header ${problem}.`, { ...(hint && { hint }) });
  }
  const columns = header.cells.map((cell) => cell.trim());
  checkHeader(columns, name);
  return { columns, delimiter: dialect.delimiter, rows: toRows({ columns, rest, groups }) };
}

function dialectOf(head: string, delimiter: string | undefined): Dialect {
  const [, declared] = /^sep=(.)\r?\n/i.exec(head) ?? [];
  return {
    delimiter: delimiter ?? declared ?? likelyDelimiter(head),
    // Excel for Mac once ended its lines with a bare CR.
    newline: head.includes('\r') && !head.includes('\n') ? '\r' : '\n',
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

/** The records that are not blank, and an issue for each line that cannot be one; never an empty group of them. */
async function* readRecords(
  text: AsyncIterable<string>,
  { delimiter, newline, skipped }: Dialect,
): AsyncGenerator<readonly (Record | RowIssue)[]> {
  const finder = recordFinder({ delimiter, newline });
  const isBlank = (record: Record | RowIssue) => 'cells' in record && record.cells.every((cell) => cell.trim() === '');
  const parsed = (found: readonly (RecordText | RowIssue)[]) =>
    parseRecords(found, delimiter, newline).filter((record) => !isBlank(record));
  for await (const lines of readLines(text, textPieces(newline), maxLineCharacters)) {
    const records = parsed(finder.take(lines.filter(({ number }) => number > skipped)));
    if (records.length > 0) yield records;
  }
  const records = parsed(finder.end());
  if (records.length > 0) yield records;
}

/** The cells of each record; issues stay where they are. */
function parseRecords(
  found: readonly (RecordText | RowIssue)[],
  delimiter: string,
  newline: string,
): readonly (Record | RowIssue)[] {
  // What has no quotes needs no parser, which takes twice as long as all else that is done with a row of a list.
  const isPlain = found.every((record) => !('text' in record && record.text.includes('"')));
  if (isPlain) {
    return found.map((record) =>
      'text' in record ? { line: record.line, cells: record.text.split(delimiter) } : record,
    );
  }
  const texts = found.flatMap((record) => ('text' in record ? [record.text + newline] : []));
  // Many at once: setting up the parser costs more than a record does.
  const cells = parse(texts.join(''), { delimiter, record_delimiter: newline, relax_column_count: true });
  if (cells.length !== texts.length) throw new Error(`${texts.length} records were read as ${cells.length}`);
  let next = 0;
  return found.map((record) => ('text' in record ? { line: record.line, cells: cells[next++] ?? [] } : record));
}

interface Body {
  readonly columns: readonly string[];
  /** What came together with the header, and what follows. */
  readonly rest: readonly (Record | RowIssue)[];
  readonly groups: AsyncIterable<readonly (Record | RowIssue)[]>;
}

async function* toRows({ columns, rest, groups }: Body): AsyncGenerator<Row | RowIssue> {
  for (const record of rest) yield toRow(record, columns);
  for await (const group of groups) {
    for (const record of group) yield toRow(record, columns);
  }
}

function toRow(record: Record | RowIssue, columns: readonly string[]): Row | RowIssue {
  if ('problem' in record) return record;
  const { line, cells } = record;
  // Spreadsheets pad rows with empty cells; nothing is lost with those.
  const hasMore = cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== '');
  if (cells.length < columns.length || hasMore) {
    const problem = `has ${cells.length} cells, and the header has ${columns.length}`;
    const hint = 'A text with the delimiter or a line break in it needs quotes around it.';
    return { line, column: 'row', value: cells.join(',').slice(0, 80), problem, hint };
  }
  const row: { [column: string]: string } = {};
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i];
    if (column) row[column] = cells[i] ?? '';
  }
  return { line, cells: row };
}
