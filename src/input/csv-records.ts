import type { RowIssue } from '../core/message.ts';
import type { Line } from './pieces.ts';

/** The text of one record, whose quotes are right, and the line it starts on. */
export interface RecordText {
  readonly line: number;
  readonly text: string;
}

/** Finds the records in the lines of a CSV. */
export interface RecordFinder {
  /** The records that are whole with these lines. */
  readonly take: (lines: readonly Line<string>[]) => readonly (RecordText | RowIssue)[];
  /** What is left when there are no more lines. */
  readonly end: () => readonly (RecordText | RowIssue)[];
}

/** A quoted field that goes on longer than this was never closed. Our choice. */
const longestField = { lines: 100, characters: 64 * 1024 } as const;

const none: readonly Line<string>[] = [];

interface Fault {
  readonly problem: string;
  readonly hint: string;
}

const doubled = 'Put the field in quotes and double the inner one: "5"" disk".';
const insideField: Fault = { problem: 'has a quote inside a field', hint: doubled };
const afterQuote: Fault = { problem: 'has text after a closing quote', hint: doubled };
const neverClosed: Fault = {
  problem: 'opens a quote that is never closed',
  hint: 'Close it, or double a quote that is meant as text.',
};
const tooLong: Fault = { problem: 'is longer than 1 MiB', hint: 'A line break may be missing.' };

/**
 * Joins lines into records. A quote that is wrong costs the line that it was opened on: the lines after it, which
 * it may have taken in, are read once more as records of their own.
 */
export function recordFinder({ delimiter, newline }: { delimiter: string; newline: string }): RecordFinder {
  let open: { readonly line: number; readonly content: string; readonly text: string }[] = [];
  let openCharacters = 0;
  const found: (RecordText | RowIssue)[] = [];
  const isOpenTooLong = () => open.length >= longestField.lines || openCharacters > longestField.characters;

  /** Gives up the record that is open; its lines after the first are to be read again. */
  const giveUp = (): Line<string>[] => {
    const [first, ...taken] = open;
    open = [];
    openCharacters = 0;
    if (first) found.push(issueOf(first.line, first.content, neverClosed));
    return taken.map(({ line, content }) => ({ number: line, content }));
  };
  /** Reads one line; what it returns is to be read again. */
  const read = (line: Line<string>): readonly Line<string>[] => {
    const { number, content } = line;
    const scanned = content === undefined ? tooLong : scan(content, delimiter, open.length > 0);
    if ('problem' in scanned) {
      if (open.length > 0) return [...giveUp(), line];
      found.push(issueOf(number, content ?? '', scanned));
    } else if (scanned.isOpen) {
      open.push({ line: number, content: content ?? '', text: scanned.text });
      openCharacters += scanned.text.length;
      if (isOpenTooLong()) return giveUp();
    } else {
      const text = open.length === 0 ? scanned.text : [...open.map((part) => part.text), scanned.text].join(newline);
      found.push({ line: open[0]?.line ?? number, text });
      open = [];
      openCharacters = 0;
    }
    return none;
  };
  const readAll = (lines: readonly Line<string>[]): readonly (RecordText | RowIssue)[] => {
    const left = lines.toReversed();
    for (let line = left.pop(); line; line = left.pop()) {
      const again = read(line);
      if (again.length > 0) left.push(...again.toReversed());
    }
    return found.splice(0);
  };
  return {
    take: readAll,
    end: () => {
      const all: (RecordText | RowIssue)[] = [];
      while (open.length > 0) all.push(...readAll(giveUp()));
      return all;
    },
  };
}

function issueOf(line: number, content: string, fault: Fault): RowIssue {
  return { line, column: 'row', value: content.slice(0, 80), ...fault };
}

/** What one line of a record comes to. `isOpen`: it ends within quotes, and the record goes on. */
type Scanned = { readonly text: string; readonly isOpen: boolean } | Fault;

/** Looks at the quotes of one line. Excel's `="+14155550100"` becomes the quoted field that it means. */
function scan(content: string, delimiter: string, isWithin: boolean): Scanned {
  // Of CR LF the CR ends the record, too; within quotes it is part of the field.
  const line = content.endsWith('\r') ? content.slice(0, -1) : content;
  if (!line.includes('"')) return isWithin ? { text: content, isOpen: true } : { text: line, isOpen: false };
  let text = '';
  let at = 0;
  let isQuoted = isWithin;
  for (;;) {
    const start = at;
    isQuoted ||= line[at] === '"';
    if (isQuoted) {
      const close = closingQuote(line, at === 0 && isWithin ? 0 : at + 1);
      if (close < 0) return { text: text + content.slice(start), isOpen: true };
      at = close + 1;
      if (at < line.length && !line.startsWith(delimiter, at)) return afterQuote;
      text += line.slice(start, at);
    } else {
      const next = line.indexOf(delimiter, at);
      at = next < 0 ? line.length : next;
      const field = unquotedField(line.slice(start, at));
      if (field === undefined) return insideField;
      text += field;
    }
    if (at >= line.length) return { text, isOpen: false };
    text += delimiter;
    at += delimiter.length;
    isQuoted = false;
  }
}

/** Where the quote is that is not doubled; negative when the line ends before it. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return -1;
}

/** A field that does not begin with a quote, as a CSV has to write it; undefined when a quote stands in it. */
function unquotedField(field: string): string | undefined {
  if (!field.includes('"')) return field;
  return /^="(?:[^"]|"")*"$/.test(field) ? field.slice(1) : undefined;
}
