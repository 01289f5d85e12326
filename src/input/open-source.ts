import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { readCsv } from './csv.ts';
import { readNdjson } from './ndjson.ts';
import { readText } from './text.ts';

/** A file or standard input with rows in it. */
export interface Source {
  /** As people call it: the file's name, or `stdin`. */
  readonly name: string;
  /** The header, where the format has one. */
  readonly columns?: readonly string[];
  readonly rows: AsyncIterable<Row | RowIssue>;
}

/** Where rows come from and how they are written. */
export interface SourceOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly delimiter?: string | undefined;
}

/** Opens a CSV or NDJSON file; standard input is NDJSON when it starts with `{`. Throws a `CliError` when it can't. */
export async function openSource({ file, stdin, delimiter }: SourceOptions): Promise<Source> {
  const name = file === '-' ? 'stdin' : basename(file);
  const text = readText(file === '-' ? stdin : await openFile(file), name);
  const first = await text.next();
  const whole = rejoin(first.done ? '' : first.value, text);
  if (isNdjson(file, first.done ? '' : first.value)) return { name, rows: readNdjson(whole) };
  return { name, ...(await readCsv(whole, { name, delimiter })) };
}

async function openFile(file: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    if ((await stat(file)).isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new CliError('input', `Cannot read ${file}: ${reason}.`, { cause });
  }
  return createReadStream(file);
}

async function* rejoin(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

function isNdjson(file: string, start: string): boolean {
  const extension = extname(file).toLowerCase();
  if (['.ndjson', '.jsonl'].includes(extension)) return true;
  return file === '-' && start.trimStart().startsWith('{');
}
