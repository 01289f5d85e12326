import type { Readable } from 'node:stream';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { checkHeader, type Table } from './table.ts';

/** Which workbook and which of its sheets. */
export interface XlsxOptions {
  readonly name: string;
  /** By name or number from 1; absent: the first. */
  readonly sheet?: string | undefined;
}

type Cell = string | number | boolean | Date | null;

/** Reads a sheet of an Excel workbook, its first row as the header. Throws a `CliError` when it is none. */
export async function readXlsx(bytes: Readable, { name, sheet }: XlsxOptions): Promise<Table> {
  const { default: readWorkbook } = await import('read-excel-file/node');
  const sheets = await readWorkbook(bytes).catch((cause: Error) => {
    throw new CliError('input', `${name} cannot be read as an Excel workbook: ${cause.message}`, {
      hint: 'Save it as .xlsx or CSV and try again.',
      cause,
    });
  });
  const chosen =
    sheet === undefined
      ? sheets[0]
      : (sheets.find((candidate) => candidate.sheet === sheet) ?? sheets[/^\d+$/.test(sheet) ? Number(sheet) - 1 : -1]);
  if (!chosen) {
    throw new CliError('input', `${name} has no sheet ${sheet}.`, {
      hint: `Its sheets are: ${sheets.map((candidate) => candidate.sheet).join(', ')}.`,
    });
  }
  const [header = [], ...rows] = chosen.data as Cell[][];
  const columns = header.map((cell) => toText(cell).trim());
  if (columns.every((column) => column === '')) {
    throw new CliError('input', `${name} is empty.`, { hint: 'Its first row names the columns.' });
  }
  checkHeader(columns, name);
  return { columns, rows: toRows(rows, columns) };
}

async function* toRows(rows: readonly Cell[][], columns: readonly string[]): AsyncGenerator<Row | RowIssue> {
  for (const [i, cells] of rows.entries()) {
    if (cells.every((cell) => cell === null)) continue;
    const named = columns.flatMap((column, at) => (column === '' ? [] : [[column, toText(cells[at] ?? null)]]));
    yield { line: i + 2, cells: Object.fromEntries(named) as Row['cells'] };
  }
}

/** As the cell reads: a date without its time when that is midnight. Excel knows no time zones. */
function toText(cell: Cell): string {
  if (cell === null) return '';
  if (!(cell instanceof Date)) return String(cell);
  const [day = '', time = ''] = cell.toISOString().split('T');
  return time.startsWith('00:00:00') ? day : `${day}T${time.slice(0, 8)}`;
}
