import { createHash } from 'node:crypto';
import type { Context } from '../../context.ts';
import type { RowIssue } from '../../core/message.ts';
import { makePlanner, type PlannedRow } from '../../core/plan.ts';
import type { NormalizePhone } from '../../core/recipient/phone.ts';
import { type Mapping, makeMapping } from '../../core/request/mapping.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import type { SegmentLint } from '../../core/text/segment-lint.ts';
import { CliError } from '../../errors.ts';
import { openSource, type Source } from '../../input/open-source.ts';
import type { Staging } from '../../ledger/ledger.ts';
import { contentVariablesOf, countFlag, type Flags, requestOf, textFlag } from '../options.ts';
import { planContextOf, type Session } from '../session.ts';
import { mediaRecheck } from './media.ts';
import { namedTemplates, templateOf } from './templates.ts';

/** What staging an input found out about it. */
export interface StagedInput {
  /** The same for the same messages to the same people. */
  readonly hash: string;
  /** Each warning once, with how many rows it concerns. */
  readonly warnings: readonly Counted<RowIssue>[];
  /** Each character that makes texts longer once, with the first row it does so in. */
  readonly lints: readonly Counted<SegmentLint & { readonly line: number }>[];
  /** What was found out about the file and might be wrong, in sentences. */
  readonly findings: readonly string[];
}

interface Counted<T> {
  readonly issue: T;
  readonly count: number;
}

/** How many rows go into the ledger at once. */
const chunkRows = 500;

/**
 * Reads a file through the validator into the ledger's staging, a few rows in memory at a time.
 * Times like +2h count from `plannedAt` (milliseconds since 1970), or from now.
 * Throws a `CliError` for what stops the whole batch: a broken file, a missing column, a template fault.
 */
export async function stageInput(
  staging: Staging,
  { flags, plannedAt }: { readonly flags: Flags; readonly plannedAt: number | undefined },
  session: Session,
  context: Context,
): Promise<StagedInput> {
  const source = await openSource({
    file: String(flags['file']),
    stdin: context.stdin,
    delimiter: delimiterOf(flags),
    encoding: textFlag(flags, 'encoding'),
    sheet: textFlag(flags, 'sheet'),
    signal: context.signal,
  });
  const parse = await planContextOf(flags, session, plannedAt ?? context.now());
  const planRow = makePlanner(mappingOf(source, flags, session), parse);
  const redirect = testRecipient(flags, parse.normalizePhone);
  const recheck = await mediaRecheck(flags);
  const take = countFlag(flags, 'sample') ?? (flags['testTo'] === undefined ? Number.POSITIVE_INFINITY : 1);
  const hash = createHash('sha256');
  const warnings = tally((issue: RowIssue) => issue.column + issue.problem);
  const lints = tally((lint: SegmentLint & { line: number }) => `${lint.column} ${lint.character}`);
  let chunk: PlannedRow[] = [];
  let taken = 0;
  let isEmpty = true;
  for await (const row of source.rows) {
    isEmpty = false;
    const planned = redirect(planRow(row));
    chunk.push(planned);
    if (planned.request) hash.update(JSON.stringify([planned.key, planned.request, planned.quietHours]));
    for (const warning of planned.warnings) warnings.add(warning);
    if (planned.lint) lints.add({ ...planned.lint, line: planned.line });
    if (chunk.length >= chunkRows) {
      if (context.signal.aborted) throw new CliError('interrupted', 'Interrupted while reading. Nothing was sent.');
      await staging.add(await recheck(chunk));
      chunk = [];
    }
    if (planned.request && ++taken >= take) break;
  }
  if (isEmpty) throw new CliError('input', `${source.name} has no rows.`, { hint: 'Nothing was sent.' });
  await staging.add(await recheck(chunk));
  return { hash: hash.digest('hex'), warnings: warnings.all(), lints: lints.all(), findings: source.findings() };
}

/** Counts what is alike by a key, and keeps the first of each. */
function tally<T>(keyOf: (issue: T) => string): { add: (issue: T) => void; all: () => Counted<T>[] } {
  const found = new Map<string, { issue: T; count: number }>();
  return {
    add: (issue) => {
      const key = keyOf(issue);
      const known = found.get(key);
      if (known) known.count++;
      else found.set(key, { issue, count: 1 });
    },
    all: () => [...found.values()],
  };
}

function delimiterOf(flags: Flags): string | undefined {
  const text = textFlag(flags, 'delimiter');
  return text === '\\t' || text === 'tab' ? '\t' : text;
}

/** How the rows of this source become messages. Throws a `CliError` for what stops the whole batch. */
export function mappingOf(source: Pick<Source, 'name' | 'columns'>, flags: Flags, { config }: Session): Mapping {
  const template = templateOf(flags, config.templates);
  const given = { ...config.defaults, ...template?.parameters, ...requestOf(flags) };
  const { body, contentVariables, to, ...base } = given;
  if (to !== undefined) {
    throw new CliError(
      'config',
      `[defaults] names a recipient (${config.defaultOrigins['to']}); a batch takes its own from the file.`,
    );
  }
  const text = template?.text ?? (typeof body === 'string' ? body : undefined);
  const key = textFlag(flags, 'key');
  const timeZoneColumn = textFlag(flags, 'timezoneColumn');
  const fixed: RawRequest = { ...base, ...(contentVariables !== undefined && { contentVariables }) };
  const mapping = makeMapping({
    base: fixed,
    maps: (flags['map'] as readonly string[] | undefined) ?? [],
    contentVariables: contentVariablesOf(flags),
    fields: template?.fields ?? {},
    templates: namedTemplates(config.templates),
    locale: config.get('locale'),
    ...(text !== undefined && { body: text }),
    ...(source.columns && { columns: source.columns }),
    ...(key !== undefined && { key }),
    ...(timeZoneColumn !== undefined && { timeZoneColumn }),
  });
  if ('value' in mapping) return mapping.value;
  throw new CliError('input', `${source.name}: ${mapping.problem}.`, { ...(mapping.hint && { hint: mapping.hint }) });
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
