import type { Row, RowIssue } from '../core/message.ts';
import { CliError } from '../errors.ts';
import { bytePieces, readLines, textPieces } from './pieces.ts';
import { findDuplicates } from './table.ts';

/** A longer line is wrong: bytes of an event, characters of a file. Our choice. */
const maxLineLength = 1024 * 1024;

/**
 * Reads a file with one JSON object a line. A line that is none is an issue; empty lines are passed over.
 * Throws a `CliError` where two fields have one name, as a header does.
 */
export async function* readNdjson(text: AsyncIterable<string>, name: string): AsyncGenerator<Row | RowIssue> {
  const duplicatesIn = duplicateFinder();
  for await (const lines of readLines(text, textPieces('\n'), maxLineLength)) {
    for (const { number, content } of lines) {
      if (content?.trim() === '') continue;
      const row = content === undefined ? tooLong(number) : toRow(content, number);
      const duplicates = duplicatesIn(row);
      if (duplicates) {
        throw new CliError(
          'input',
          `${name}, line ${number}: ${duplicates[0]} and ${duplicates[1]} are the same name here.`,
          {
            hint: 'Rename one of them.',
          },
        );
      }
      yield row;
    }
  }
}

/** Reads one event a line, as UTF-8. Each stands on its own: whatever is wrong with a line costs that event alone. */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row | RowIssue> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const duplicatesIn = duplicateFinder();
  for await (const lines of readLines(bytes, bytePieces, maxLineLength)) {
    for (const { number, content } of lines) {
      const text = content && decodeLine(content, decoder);
      if (text?.trim() === '') continue;
      const row = content === undefined ? tooLong(number) : toEvent(text, content, number);
      const duplicates = duplicatesIn(row);
      if (duplicates)
        yield issue(number, duplicates[1], '', `is the same name as ${duplicates[0]} here`, 'Rename one of them.');
      else yield row;
    }
  }
}

function decodeLine(bytes: Uint8Array, decoder: InstanceType<typeof TextDecoder>): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // The only thing that a decoder of this kind throws for.
    return undefined;
  }
}

function toEvent(text: string | undefined, bytes: Uint8Array, line: number): Row | RowIssue {
  if (text === undefined) {
    return issue(line, 'row', Buffer.from(bytes).toString('utf8'), 'holds bytes that are not utf-8 text');
  }
  return text.includes('\0') ? issue(line, 'row', text, 'holds a NUL character') : toRow(text, line);
}

const tooLong = (line: number): RowIssue =>
  issue(line, 'row', '', 'is longer than 1 MiB', 'Each event is one line, and a line break ends it.');

function issue(line: number, column: string, value: string, problem: string, hint?: string): RowIssue {
  return { line, column, value: value.trim().slice(0, 80), problem, ...(hint && { hint }) };
}

/** Looks for two names that are one. Most rows have the names of the row before, and are not looked at again. */
function duplicateFinder(): (row: Row | RowIssue) => readonly [string, string] | undefined {
  let latest = '';
  return (row) => {
    if ('problem' in row) return undefined;
    const names = Object.keys(row.cells);
    const shape = names.join('\0');
    if (shape === latest) return undefined;
    const duplicates = findDuplicates(names);
    if (!duplicates) latest = shape;
    return duplicates;
  };
}

function toRow(source: string, line: number): Row | RowIssue {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    return issue(line, 'row', source, `is not JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return issue(line, 'row', source, 'is not a JSON object');
  }
  const cells: Record<string, string | readonly string[]> = Object.create(null);
  for (const [key, value] of Object.entries(parsed)) {
    const cell = toCell(value);
    if (cell !== undefined) cells[key] = cell;
  }
  return { line, cells };
}

/** Numbers and booleans as text, lists as lists of text, objects as JSON; null counts as absent. */
function toCell(value: unknown): string | readonly string[] | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
