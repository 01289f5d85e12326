import { basename, extname } from 'node:path';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { readCsv } from './csv.ts';
import { openFile } from './file.ts';
import { readNdjson } from './ndjson.ts';
import { bytePieces, peek, textPieces } from './pieces.ts';
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
  /** Ends the reading of a file, also of a named pipe that is silent. */
  readonly signal?: AbortSignal | undefined;
}

/** How much of a text is looked at to find out what it is, in characters. Our choice. */
const lookedAtCharacters = 4096;

/** Opens a CSV, NDJSON or XLSX file, recognized by its first bytes and its extension. Throws a `CliError` when it can't. */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { file, stdin, delimiter, encoding, sheet, signal } = options;
  const name = file === '-' ? 'stdin' : basename(file);
  const bytes = await peek(file === '-' ? stdin : await openFile(file, signal), bytePieces, zipStart.length);
  if (zipStart.every((byte, i) => bytes.first[i] === byte)) {
    return { name, findings: () => [], ...(await readXlsx(bytes.all, { name, sheet })) };
  }
  if (sheet !== undefined) throw new CliError('usage', `${name} is no Excel workbook, so it has no sheet ${sheet}.`);
  const decoded = decodeText(bytes.all, { name, encoding });
  const text = await peek(decoded, textPieces('\n'), lookedAtCharacters);
  refuseJsonArray(text.first, name);
  const findings = (): string[] => {
    const found = decoded.found();
    if (!found || encoding !== undefined) return [];
    const where = found.line === 1 ? '' : ` from line ${found.line} on`;
    return [`${name} is read as ${found.encoding}${where}; --encoding says otherwise.`];
  };
  if (isNdjson(file, text.first)) return { name, rows: readNdjson(text.all, name), findings };
  const table = await readCsv(text.all, { name, delimiter });
  const separated = `The columns of ${name} are separated by ${delimiterNames[table.delimiter]}; --delimiter says otherwise.`;
  const isUnusual = delimiter === undefined && table.delimiter !== ',';
  return { name, ...table, findings: () => (isUnusual ? [separated, ...findings()] : findings()) };
}

const delimiterNames: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars (|)' };

/** XLSX is a zip file, which begins so. */
const zipStart = [0x50, 0x4b, 0x03, 0x04] as const;

function isNdjson(file: string, start: string): boolean {
  if (['.ndjson', '.jsonl'].includes(extname(file).toLowerCase())) return true;
  return file === '-' && start.trimStart().startsWith('{');
}

function refuseJsonArray(start: string, name: string): void {
  if (!/^\s*\[\s*\{/.test(start)) return;
  throw new CliError('input', `${name} is one JSON list.`, {
    hint: "One object a line is needed: jq -c '.[]' list.json > list.ndjson",
  });
}
