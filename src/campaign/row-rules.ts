import type { Row, RowIssue } from '../core/message.ts';
import type { PlanContext } from '../core/plan.ts';
import { type Mapping, makeMapping } from '../core/request/mapping.ts';
import type { MappingOptions } from '../core/request/mapping-rules.ts';
import { type ParameterKey, parameterNamed } from '../core/request/parameters.ts';
import { flagOrigin, type RawRequest, validate } from '../core/request/validate.ts';
import { CliError } from '../errors.ts';
import { type PlanContextOptions, planContext } from './plan-context.ts';

/** Rows to make messages of. */
export interface RowSource {
  /** As people call it: a file's name, `stdin`, `program`. */
  readonly name: string;
  /** The header, where there is one. */
  readonly columns?: readonly string[];
  readonly rows: AsyncIterable<Row | RowIssue>;
  /** What was found out about it and might be wrong, in sentences; all of it once the rows are read. */
  readonly findings?: () => readonly string[];
}

/** How rows become messages: what all have in common, what their columns mean, and what they are checked by. */
export interface RowRules {
  readonly mapping: Omit<MappingOptions, 'columns' | 'firstNames'>;
  readonly plan: PlanContext;
}

/** What a program says of its rows. */
export interface RowRulesOptions extends PlanContextOptions {
  /** What each message has in common, by parameter: `from`, `body` (with `{{ fields }}`), `validityPeriod`, … */
  readonly defaults?: RawRequest;
  /** As on the command line: `to=phone`, `body=Hi {{ name }}`. */
  readonly maps?: readonly string[];
  /** The column that makes a row the same row in a later run; absent: the number. */
  readonly key?: string;
}

/** Makes rules for rows of a program. Throws a `CliError` for a country that is none. */
export async function rowRules({ defaults = {}, maps = [], key, ...context }: RowRulesOptions): Promise<RowRules> {
  const { body, ...base } = defaults;
  const mapping = { base, maps, ...(typeof body === 'string' && { body }), ...(key !== undefined && { key }) };
  return { mapping, plan: await planContext(context) };
}

/** A row of data: text by column name. */
export type DataRow = Readonly<Record<string, string>>;

/** A program's own data as rows, numbered from 1. */
export function dataRows(rows: Iterable<DataRow> | AsyncIterable<DataRow>, name = 'program'): RowSource {
  return { name, rows: numbered(rows) };
}

async function* numbered(rows: Iterable<DataRow> | AsyncIterable<DataRow>): AsyncGenerator<Row> {
  let line = 0;
  for await (const cells of rows) yield { line: ++line, cells };
}

/** A source with the names in its first row, which are looked at where there is no header. */
export async function withFirstNames(
  source: RowSource,
): Promise<RowSource & { readonly firstNames?: readonly string[] }> {
  if (source.columns) return source;
  const rows = source.rows[Symbol.asyncIterator]();
  const before: (Row | RowIssue)[] = [];
  while (before.length < lookedAtRows) {
    const { value, done } = await rows.next();
    if (done) break;
    before.push(value);
    if ('cells' in value) return { ...source, firstNames: Object.keys(value.cells), rows: continued(before, rows) };
  }
  return { ...source, rows: continued(before, rows) };
}

/** Among how many rows the first is looked for that is not wrong. Our choice. */
const lookedAtRows = 1000;

async function* continued<T>(before: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    yield* before;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** How the rows of a source become messages. Throws a `CliError` for what stops all of them: a missing column, a faulty template. */
export async function mappingOf(
  { name, columns, firstNames }: Pick<RowSource, 'name' | 'columns'> & { readonly firstNames?: readonly string[] },
  rules: RowRules,
): Promise<Mapping> {
  const mapping = await makeMapping({
    ...rules.mapping,
    ...(columns && { columns }),
    ...(firstNames && { firstNames }),
  });
  if ('value' in mapping) {
    if (columns) refuseTogether(columns, rules);
    return mapping.value;
  }
  throw new CliError('input', `${name}: ${mapping.problem}.`, { ...(mapping.hint && { hint: mapping.hint }) });
}

/** Stands for what a row may bring: characters that nobody has a use for, but that a text may hold. */
const fromRow = '\uE000\uE001';

/**
 * Throws a `CliError` for parameters that cannot go together whatever the rows are: a schedule without a service, say.
 */
function refuseTogether(columns: readonly string[], { mapping, plan }: RowRules): void {
  const rows = Object.fromEntries(parametersOfRows(columns, mapping).map((key) => [key, fromRow]));
  const { issues } = validate({ ...rows, ...mapping.base }, flagOrigin, plan);
  const wrong = issues.find(({ value }) => value !== '' && value !== fromRow);
  if (!wrong) return;
  const { column, value, problem, hint } = wrong;
  throw new CliError('usage', `${column} "${value}" ${problem}.`, { ...(hint && { hint }) });
}

/** The parameters that rows may have: by their columns, texts and templates. */
function parametersOfRows(columns: readonly string[], mapping: RowRules['mapping']): ParameterKey[] {
  const { body, contentVariables = {}, maps = [], templates = {} } = mapping;
  const names = [
    ...columns,
    ...(body === undefined ? [] : ['body']),
    ...(Object.keys(contentVariables).length === 0 ? [] : ['contentVariables']),
    ...maps.map((map) => map.split('=')[0] ?? ''),
    ...Object.values(templates).flatMap(({ parameters }) => Object.keys(parameters)),
  ];
  return names.map(parameterNamed).filter((key) => key !== undefined);
}
