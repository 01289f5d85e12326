import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError, fileError } from '../errors.ts';
import { readCsv } from './csv.ts';
import { readNdjson } from './ndjson.ts';
import { decodeText } from './text.ts';
import { readXlsx } from './xlsx.ts';

/** A file or standard input with rows in it. */
export interface Source {
  /** As people call it: the file's name, or `stdin`. */
  readonly name: string;
  /** The header, where the format has one. */
  readonly columns?: readonly string[];
  readonly rows: AsyncIterable<Row | RowIssue>;
  /** What was found out about the file and might be wrong, in sentences; all of it once the rows are read. */
  readonly findings: () => readonly string[];
}

/** Where rows come from and how they are written; what is absent is found out. */
export interface SourceOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
  /** The sheet of a workbook, by name or number from 1. */
  readonly sheet?: string | undefined;
}

/** Opens a CSV, NDJSON or XLSX file, told by its first bytes and its extension. Throws a `CliError` when it can't. */
export async function openSource({ file, stdin, delimiter, encoding, sheet }: SourceOptions): Promise<Source> {
  const name = file === '-' ? 'stdin' : basename(file);
  const bytes = await peek(file === '-' ? stdin : openFile(file));
  if (isZip(bytes.first)) {
    return { name, findings: () => [], ...(await readXlsx(Readable.from(bytes.all), { name, sheet })) };
  }
  if (sheet !== undefined) throw new CliError('usage', `${name} is no Excel workbook, so it has no sheet ${sheet}.`);
  const decoded = decodeText(bytes.all, { name, encoding });
  const text = await peek(decoded);
  refuseJsonArray(text.first, name);
  const findings = (): string[] => {
    const found = decoded.found();
    if (!found || encoding !== undefined) return [];
    const where = found.line === 1 ? '' : ` from line ${found.line} on`;
    return [`${name} is read as ${found.encoding}${where}; --encoding says otherwise.`];
  };
  if (isNdjson(file, text.first)) return { name, rows: readNdjson(text.all), findings };
  const table = await readCsv(text.all, { name, delimiter });
  const separated = `The columns of ${name} are separated by ${delimiterNames[table.delimiter]}; --delimiter says otherwise.`;
  const isOdd = delimiter === undefined && table.delimiter !== ',';
  return { name, ...table, findings: () => (isOdd ? [separated, ...findings()] : findings()) };
}

const delimiterNames: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars (|)' };

/** The bytes of a file. What fails while they are read is said with its name, too. */
async function* openFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw fileError(cause, { doing: 'read', path: file }) ?? cause;
  }
}

/** The first piece of something that is read once, and all of it. */
async function peek<T>(source: AsyncIterable<T>): Promise<{ first: T | undefined; all: AsyncIterable<T> }> {
  const iterator = source[Symbol.asyncIterator]();
  const start = await iterator.next();
  const all = async function* (): AsyncGenerator<T> {
    for (let next = start; !next.done; next = await iterator.next()) yield next.value;
  };
  return { first: start.done ? undefined : start.value, all: all() };
}

/** XLSX is a zip file, which begins with `PK`. */
const isZip = (start: Uint8Array | undefined): boolean => start?.[0] === 0x50 && start[1] === 0x4b && start[2] === 3;

function isNdjson(file: string, start = ''): boolean {
  if (['.ndjson', '.jsonl'].includes(extname(file).toLowerCase())) return true;
  return file === '-' && start.trimStart().startsWith('{');
}

function refuseJsonArray(start = '', name: string): void {
  if (!/^\s*\[\s*\{/.test(start)) return;
  throw new CliError('input', `${name} is one JSON list.`, {
    hint: "One object a line is needed: jq -c '.[]' list.json > list.ndjson",
  });
}
