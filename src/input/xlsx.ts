import type { Row, RowIssue } from '../core/message.ts';
import { didYouMean } from '../core/text/nearest.ts';
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
export async function readXlsx(bytes: AsyncIterable<Uint8Array>, { name, sheet }: XlsxOptions): Promise<Table> {
  const workbook = await gather(bytes);
  const fault = faultOfEnd(workbook);
  if (fault !== undefined) throw unreadable(name, fault);
  const { default: readWorkbook } = await import('read-excel-file/node');
  const sheets = await readWorkbook(workbook).catch((cause: Error) => {
    throw unreadable(name, cause.message.replace(/\.$/, ''), cause);
  });
  const chosen =
    sheet === undefined
      ? sheets[0]
      : (sheets.find((candidate) => candidate.sheet === sheet) ?? sheets[/^\d+$/.test(sheet) ? Number(sheet) - 1 : -1]);
  if (!chosen) {
    const names = sheets.map((candidate) => candidate.sheet);
    throw new CliError('input', `${name} has no sheet ${sheet}.`, {
      hint: didYouMean(sheet ?? '', names, `Its sheets are: ${names.join(', ')}.`),
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

function unreadable(name: string, reason: string, cause?: Error): CliError {
  return new CliError('input', `${name} cannot be read as an Excel workbook: ${reason}.`, {
    hint: 'Save it as .xlsx or CSV and try again.',
    cause,
  });
}

/** All of it: a zip file is read from its end. */
async function gather(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The record that ends a zip file, without its comment: https://pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.10.TXT, 4.3.16. */
const endRecord = { signature: Buffer.from('PK\x05\x06', 'latin1'), bytes: 22, commentLengthAt: 20 } as const;

/** What is wrong with the end of a zip file. The unzipper waits for ever for somebody to take what follows the end. */
function faultOfEnd(zip: Buffer): string | undefined {
  let at = zip.lastIndexOf(endRecord.signature);
  if (at < 0 || at + endRecord.bytes > zip.length) return 'its end is missing';
  // A comment may look like the record itself.
  for (let earlier = at; earlier >= 0; earlier = earlier > 0 ? zip.lastIndexOf(endRecord.signature, earlier - 1) : -1) {
    if (endOf(zip, earlier) === zip.length) return undefined;
    at = earlier;
  }
  const extra = zip.length - endOf(zip, at);
  return extra > 0 ? `${extra} ${extra === 1 ? 'byte follows' : 'bytes follow'} its end` : 'its end is missing';
}

function endOf(zip: Buffer, at: number): number {
  return at + endRecord.bytes + zip.readUInt16LE(at + endRecord.commentLengthAt);
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
