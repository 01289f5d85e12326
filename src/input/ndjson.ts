import type { Row, RowIssue } from '../core/message.ts';

/** Reads one JSON object a line. A line that is none is an issue; empty lines are passed over. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<Row | RowIssue> {
  let line = 0;
  for await (const source of readLines(text)) {
    line++;
    if (source.trim() !== '') yield toRow(source, line);
  }
}

async function* readLines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}

function toRow(source: string, line: number): Row | RowIssue {
  const issue = (column: string, value: string, problem: string): RowIssue => ({
    line,
    column,
    value: value.slice(0, 80),
    problem,
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    return issue('row', source.trim(), `is not JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return issue('row', source.trim(), 'is not a JSON object');
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
