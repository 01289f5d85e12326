import { createHash } from 'node:crypto';
import type { FileValues, MappingValues } from '../cli/options/input.ts';
import { type MessageValues, requestOf } from '../cli/options/message.ts';
import { planContextOf, type Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import type { RowIssue } from '../core/message.ts';
import { makePlanner, type PlanContext, type PlannedRow } from '../core/plan.ts';
import type { NormalizePhone } from '../core/recipient/phone.ts';
import { type Mapping, makeMapping } from '../core/request/mapping.ts';
import { type ParameterKey, parameterNamed } from '../core/request/parameters.ts';
import type { RawRequest } from '../core/request/validate.ts';
import type { TemplateSource } from '../core/text/front-matter.ts';
import type { SegmentLint } from '../core/text/segment-lint.ts';
import { CliError } from '../errors.ts';
import { openSource, type Source } from '../input/open-source.ts';
import type { Staging } from '../ledger/plans.ts';
import { fixedOf, refuseFixed, refuseTogether } from './fixed.ts';
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

/** What is said of rows, wherever they come from. */
export interface RowsOptions extends MappingValues, MessageValues {
  readonly asciiPunctuation: boolean;
}

/** What is said of the rows of a file. */
export interface FileOptions extends RowsOptions, FileValues {
  readonly file: string;
}

/** What rows are made messages by, read and checked before any of them. */
export interface RowRules {
  readonly options: RowsOptions;
  readonly template: TemplateSource | undefined;
  readonly plan: PlanContext;
}

/**
 * Reads and checks what all rows have in common. Times like +2h count from `nowMs` (milliseconds since 1970).
 * Throws a `CliError` for a parameter, template or country that is wrong whatever the rows are.
 */
export async function readRules(options: RowsOptions, session: Session, nowMs: number): Promise<RowRules> {
  const { config, workLook } = session;
  const template = templateOf(options, config.templates);
  const plan = await planContextOf(session, nowMs, options);
  if (config.defaults.to !== undefined) {
    throw new CliError(
      'config',
      `[defaults] names a recipient (${config.defaultOrigins['to']}); a batch takes its own from the file.`,
    );
  }
  const ofTemplate = template && { name: options.template ?? '', parameters: template.parameters };
  refuseFixed(fixedOf(requestOf(options), ofTemplate, config), plan, workLook);
  for (const [name, { parameters }] of Object.entries(namedTemplates(config.templates))) {
    refuseFixed(fixedOf({}, { name: `template ${name}`, parameters }, config), plan, workLook);
  }
  return { options, template, plan };
}

/** What a file is staged by. */
export interface FileRules extends RowRules {
  readonly options: FileOptions;
  readonly redirect: (row: PlannedRow) => PlannedRow;
}

/** The same for a file: also who its rows go to instead. */
export async function readFileRules(options: FileOptions, session: Session, nowMs: number): Promise<FileRules> {
  const rules = await readRules(options, session, nowMs);
  return { ...rules, options, redirect: testRecipient(options.testTo, rules.plan.normalizePhone) };
}

/**
 * Reads a file through the validator into the ledger's staging, a few rows in memory at a time.
 * Throws a `CliError` for what stops the whole batch: a broken file, a missing column, a template fault.
 */
export async function stageInput(
  staging: Staging,
  rules: FileRules,
  session: Session,
  { stdin, signal }: Context,
): Promise<StagedInput> {
  const { options, redirect } = rules;
  const { file, delimiter, encoding, sheet, sample, testTo } = options;
  const source = await openSource({ file, stdin, delimiter, encoding, sheet, signal });
  const planRow = makePlanner(mappingOf(source, rules, session), rules.plan);
  const recheck = await mediaRecheck(options);
  const take = sample ?? (testTo === undefined ? Number.POSITIVE_INFINITY : 1);
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
      if (signal.aborted) throw new CliError('interrupted', 'Interrupted while reading. Nothing was sent.');
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

/** How the rows of this source become messages. Throws a `CliError` for what stops the whole batch. */
export function mappingOf(
  source: Pick<Source, 'name' | 'columns'>,
  { options, template, plan }: RowRules,
  { config, workLook: look }: Session,
): Mapping {
  const { maps, key, timeZoneColumn } = options;
  const given = { ...config.defaults, ...template?.parameters, ...requestOf(options) };
  const { body, contentVariables, ...base } = given;
  const text = template?.text ?? (typeof body === 'string' ? body : undefined);
  const fixed: RawRequest = { ...base, ...(contentVariables !== undefined && { contentVariables }) };
  const named = namedTemplates(config.templates);
  const mapping = makeMapping({
    base: fixed,
    maps,
    contentVariables: options.contentVariable,
    fields: template?.fields ?? {},
    templates: named,
    locale: config.get('locale'),
    ...(text !== undefined && { body: text }),
    ...(source.columns && { columns: source.columns }),
    ...(key !== undefined && { key }),
    ...(timeZoneColumn !== undefined && { timeZoneColumn }),
  });
  if ('value' in mapping) {
    const brought = [
      ...(text === undefined ? [] : ['body']),
      ...(Object.keys(options.contentVariable).length === 0 ? [] : ['contentVariables']),
      ...maps.map((map) => map.split('=')[0] ?? ''),
      ...Object.values(named).flatMap(({ parameters }) => Object.keys(parameters)),
    ];
    if (source.columns) refuseTogether(fixed, parametersIn([...source.columns, ...brought]), { parse: plan, look });
    return mapping.value;
  }
  throw new CliError('input', `${source.name}: ${mapping.problem}.`, { ...(mapping.hint && { hint: mapping.hint }) });
}

const parametersIn = (names: readonly string[]): ParameterKey[] =>
  names.map(parameterNamed).filter((key) => key !== undefined);

/** For `--test-to`: each row goes to that number, and none counts as the twin of another. */
function testRecipient(number: string | undefined, normalizePhone: NormalizePhone): (row: PlannedRow) => PlannedRow {
  if (number === undefined) return (row) => row;
  const parsed = normalizePhone(number);
  if ('problem' in parsed)
    throw new CliError('usage', `--test-to ${number} ${parsed.problem}.`, {
      ...(parsed.hint && { hint: parsed.hint }),
    });
  const to = parsed.value;
  return (row) => (row.request ? { ...row, key: `test line ${row.line}`, to, request: { ...row.request, to } } : row);
}
