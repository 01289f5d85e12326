import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { type Mapping, makeMapping } from '../core/mapping.ts';
import type { RowIssue } from '../core/message.ts';
import type { NormalizePhone } from '../core/phone.ts';
import { makePlanner, type PlannedRow } from '../core/plan.ts';
import type { RawRequest } from '../core/validate.ts';
import { CliError } from '../errors.ts';
import { openSource, type Source } from '../input/open-source.ts';
import type { Staging } from '../ledger/ledger.ts';
import { mediaRecheck } from './media.ts';
import { contentVariablesOf, countFlag, type Flags, requestOf, textFlag } from './options.ts';
import { parseContextOf, type Session } from './session.ts';

/** What staging an input found out about it. */
export interface StagedInput {
  /** The same for the same messages to the same people. */
  readonly hash: string;
  /** Each warning once, with how many rows it concerns. */
  readonly warnings: readonly { readonly issue: RowIssue; readonly count: number }[];
}

/** How many rows go into the ledger at once. */
const chunkRows = 500;

/**
 * Reads a file through the validator into the ledger's staging, a few rows in memory at a time.
 * Throws a `CliError` for what stops the whole batch: a broken file, a missing column, a template fault.
 */
export async function stageInput(
  staging: Staging,
  flags: Flags,
  session: Session,
  context: Context,
): Promise<StagedInput> {
  const source = await openSource({ file: String(flags['file']), stdin: context.stdin, delimiter: delimiterOf(flags) });
  const parse = await parseContextOf(session, context);
  const planRow = makePlanner(mappingOf(source, flags, session), parse);
  const redirect = testRecipient(flags, parse.normalizePhone);
  const recheck = await mediaRecheck(flags);
  const take = countFlag(flags, 'sample') ?? (flags['testTo'] === undefined ? Number.POSITIVE_INFINITY : 1);
  const hash = createHash('sha256');
  const warnings = new Map<string, { issue: RowIssue; count: number }>();
  let chunk: PlannedRow[] = [];
  let taken = 0;
  for await (const row of source.rows) {
    const planned = redirect(planRow(row));
    chunk.push(planned);
    if (planned.request) hash.update(JSON.stringify([planned.key, planned.request]));
    countWarnings(planned.warnings, warnings);
    if (chunk.length >= chunkRows) {
      if (context.signal.aborted) throw new CliError('interrupted', 'Interrupted while reading. Nothing was sent.');
      await staging.add(await recheck(chunk));
      chunk = [];
    }
    if (planned.request && ++taken >= take) break;
  }
  await staging.add(await recheck(chunk));
  return { hash: hash.digest('hex'), warnings: [...warnings.values()] };
}

function countWarnings(found: readonly RowIssue[], warnings: Map<string, { issue: RowIssue; count: number }>): void {
  for (const issue of found) {
    const known = warnings.get(issue.column + issue.problem);
    if (known) known.count++;
    else warnings.set(issue.column + issue.problem, { issue, count: 1 });
  }
}

function delimiterOf(flags: Flags): string | undefined {
  const text = textFlag(flags, 'delimiter');
  return text === '\\t' || text === 'tab' ? '\t' : text;
}

function mappingOf(source: Source, flags: Flags, { config }: Session): Mapping {
  const { body, contentVariables, to, ...base } = { ...config.defaults, ...requestOf(flags) };
  if (to !== undefined) {
    throw new CliError(
      'config',
      `[defaults] names a recipient (${config.defaultOrigins['to']}); a batch takes its own from the file.`,
    );
  }
  const variables = contentVariablesOf(flags);
  const text = templateOf(flags) ?? (typeof body === 'string' ? body : undefined);
  const key = textFlag(flags, 'key');
  const fixed: RawRequest = { ...base, ...(contentVariables !== undefined && { contentVariables }) };
  const mapping = makeMapping({
    base: fixed,
    maps: (flags['map'] as readonly string[] | undefined) ?? [],
    contentVariables: variables,
    ...(text !== undefined && { body: text }),
    ...(source.columns && { columns: source.columns }),
    ...(key !== undefined && { key }),
  });
  if ('value' in mapping) return mapping.value;
  throw new CliError('input', `${source.name}: ${mapping.problem}.`, { ...(mapping.hint && { hint: mapping.hint }) });
}

function templateOf(flags: Flags): string | undefined {
  const file = textFlag(flags, 'template');
  if (file === undefined) return undefined;
  if (flags['body'] !== undefined) throw new CliError('usage', 'Give --body or --template, not both.');
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\ufeff/, '')
      .replace(/\r?\n$/, '');
  } catch (cause) {
    throw new CliError('input', `Cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** For `--test-to`: each row goes to that number, and none counts as the twin of another. */
function testRecipient(flags: Flags, normalizePhone: NormalizePhone): (row: PlannedRow) => PlannedRow {
  const number = textFlag(flags, 'testTo');
  if (number === undefined) return (row) => row;
  const parsed = normalizePhone(number);
  if ('problem' in parsed)
    throw new CliError('usage', `--test-to ${number} ${parsed.problem}.`, {
      ...(parsed.hint && { hint: parsed.hint }),
    });
  const to = parsed.value;
  return (row) => (row.request ? { ...row, key: `test line ${row.line}`, to, request: { ...row.request, to } } : row);
}
