import type { loadJq } from 'jq-wasm';
import type { Parsed } from '../core/parsed.ts';
import { jsonText } from '../core/text/clean.ts';
import { CliError } from '../errors.ts';

/** Compiles a jq expression and runs it on nothing. Throws a `CliError` with what jq says of it. */
export async function checkExpression(expression: string): Promise<void> {
  const { exitCode, stderr } = (await load()).raw('', asProgram(expression));
  if (exitCode === 0) return;
  throw new CliError('usage', `--jq ${expression}: ${said(stderr)}.`, { hint: 'See https://jqlang.org/manual.' });
}

/**
 * What an expression makes of JSON texts, a line each, as gh prints it: a string as it is, null as an empty line, all
 * else as JSON.
 */
export async function applyExpression(expression: string, texts: string): Promise<Parsed<readonly string[]>> {
  const jq = await load();
  try {
    return { value: jq.json(texts, asProgram(expression)).map(printed) };
  } catch (error) {
    if (error instanceof Error && 'stderr' in error) return { problem: said(String(error.stderr)) };
    throw error;
  }
}

let loading: ReturnType<typeof loadJq> | undefined;

/** Two megabytes, which only this option needs, and which are compiled once. */
const load = () => (loading ??= import('jq-wasm').then((library) => library.loadJq()));

/** What begins with a hyphen would be one of jq's own options. */
const asProgram = (expression: string): string => ` ${expression}`;

function printed(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : jsonText(value);
}

/** The first of jq's own lines, without what tells of its command line. */
function said(stderr: string): string {
  const [first = ''] = stderr.split('\n');
  return first.replace(/^jq: error( \(at [^)]*\))?: /, '').replace(/ at <top-level>, line \d+, column \d+:$/, '');
}
