import type { Row, RowIssue } from '../message.ts';
import type { Parsed } from '../recipient/phone.ts';
import { isTimeZone } from '../recipient/time-zones.ts';
import type { Template } from '../text/template.ts';
import { type MappingOptions, makeRules, type NamedTemplate, type Rules, templateColumn } from './mapping-rules.ts';
import { flagName, foldName, type ParameterKey, parameterNamed, parameterOf } from './parameters.ts';
import type { Origin, RawRequest } from './validate.ts';

/** A row's parameters as text, with the issues that filling its templates raised. */
export interface MappedRow {
  readonly raw: RawRequest;
  readonly origin: Origin;
  readonly key?: string;
  /** The column of this row that holds a text, if one does. */
  readonly columnHolding: (text: string) => string | undefined;
  /** The recipient's, from `timeZoneColumn`. */
  readonly timeZone?: string;
  readonly issues: readonly RowIssue[];
}

/** Knows which column holds what. */
export interface Mapping {
  readonly toRaw: (row: Row) => MappedRow;
}

const wasEmpty = 'is empty, but the text needs it';

/** Makes the mapping, or says what stops the whole batch: a missing column, a faulty template. */
export function makeMapping(options: MappingOptions): Parsed<Mapping> {
  const rules = makeRules(options);
  return 'problem' in rules ? rules : { value: { toRaw: (row) => mapRow(row, rules.value, options) } };
}

const foldedNames = new Map<string, { readonly folded: string; readonly key: ParameterKey | undefined }>();

/** Names repeat on every row, so each is folded once; events may bring any names, so the memory is bounded. */
function known(name: string): { readonly folded: string; readonly key: ParameterKey | undefined } {
  let entry = foldedNames.get(name);
  if (!entry) {
    if (foldedNames.size > 10_000) foldedNames.clear();
    entry = { folded: foldName(name), key: parameterNamed(name) };
    foldedNames.set(name, entry);
  }
  return entry;
}

const asText = (cell: string | readonly string[] | undefined): string | undefined =>
  cell === undefined || typeof cell === 'string' ? cell : cell.join(' ');

function mapRow(row: Row, rules: Rules, options: MappingOptions): MappedRow {
  const raw: Record<string, string | readonly string[]> = {};
  const columns = new Map<ParameterKey, string>();
  for (const column of Object.keys(row.cells)) {
    const { key } = known(column);
    const cell = row.cells[column];
    if (key && cell !== undefined && cell.length > 0) addCell(raw, columns, key, column, cell);
  }
  for (const [name, column] of rules.aliases) {
    const key = parameterNamed(name);
    const cell = key && cellNamed(row, column);
    if (key && cell !== undefined) {
      delete raw[key];
      columns.delete(key);
      addCell(raw, columns, key, column, cell);
    }
  }
  const issues: RowIssue[] = [];
  const named = namedTemplate(row, rules, issues);
  fillTemplates({ row, rules, raw, issues, named, fields: options.fields ?? {} });
  const timeZone = timeZoneOf(row, options, issues);
  const key = options.key === undefined ? undefined : asText(cellNamed(row, options.key))?.trim();
  if (options.key !== undefined && !key) {
    issues.push({ line: row.line, column: options.key, value: '', problem: 'is empty, but it is the key' });
  }
  return {
    raw: { ...options.base, ...named?.source.parameters, ...raw },
    origin: {
      line: row.line,
      columnOf: (parameter) => columns.get(parameter) ?? (parameter === 'to' ? 'to' : flagName(parameter)),
    },
    ...(key && { key }),
    ...(timeZone && { timeZone }),
    columnHolding: (text) => Object.keys(row.cells).find((column) => asText(row.cells[column])?.includes(text)),
    issues,
  };
}

function timeZoneOf(row: Row, { timeZoneColumn: column }: MappingOptions, issues: RowIssue[]): string | undefined {
  const value = column === undefined ? undefined : asText(cellNamed(row, column))?.trim();
  if (!column || !value) return undefined;
  if (!isTimeZone(value)) {
    issues.push({ line: row.line, column, value, problem: 'is no time zone', hint: 'Write it as Europe/Berlin.' });
  }
  return value;
}

function namedTemplate(row: Row, { named }: Rules, issues: RowIssue[]): NamedTemplate | undefined {
  const value = named.size === 0 ? '' : (asText(cellNamed(row, templateColumn))?.trim() ?? '');
  const found = named.get(value);
  if (value !== '' && !found) {
    const hint = `[templates] in the config has: ${[...named.keys()].join(', ')}.`;
    issues.push({ line: row.line, column: templateColumn, value, problem: 'names no template', hint });
  }
  return found;
}

function addCell(
  raw: Record<string, string | readonly string[]>,
  columns: Map<ParameterKey, string>,
  key: ParameterKey,
  column: string,
  cell: string | readonly string[],
): void {
  columns.set(key, columns.get(key) ?? column);
  if (!parameterOf(key).repeatable) {
    if (asText(cell)?.trim() !== '') raw[key] = cell;
    return;
  }
  const values = typeof cell === 'string' ? cell.split(/\s+/).filter((value) => value !== '') : cell;
  if (values.length > 0) raw[key] = [...(raw[key] ?? []), ...values];
}

function cellNamed(row: Row, name: string): string | readonly string[] | undefined {
  if (Object.hasOwn(row.cells, name)) return row.cells[name];
  const { folded } = known(name);
  const column = Object.keys(row.cells).find((candidate) => known(candidate).folded === folded);
  return column === undefined ? undefined : row.cells[column];
}

interface Filling {
  readonly row: Row;
  readonly rules: Rules;
  readonly raw: Record<string, string | readonly string[]>;
  readonly issues: RowIssue[];
  readonly named: NamedTemplate | undefined;
  /** What a field is where the row has nothing. */
  readonly fields: Readonly<Record<string, string>>;
}

const own = (values: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

function fillTemplates({ row, rules, raw, issues, named, fields }: Filling): void {
  const variables: Record<string, string> = {};
  const fallback = { ...fields, ...named?.source.fields };
  const fieldValue = (field: string) => {
    const value = asText(cellNamed(row, rules.aliases.get(foldName(field)) ?? field));
    return value === undefined || value.trim() === '' ? own(fallback, field) : value;
  };
  const fills = named ? [named.fill, ...rules.fills.filter(({ key, wins }) => key !== 'body' || wins)] : rules.fills;
  for (const { key, template, variable, wins } of fills) {
    if (!wins && raw[key] !== undefined) continue;
    const filled = fill(template, fieldValue);
    if ('text' in filled) {
      if (variable !== undefined) variables[variable] = filled.text;
      else raw[key] = filled.text;
    } else {
      const column = 'missing' in filled ? filled.missing : flagName(key);
      const about =
        'missing' in filled
          ? { problem: wasEmpty, hint: `Fill it in, or write {{ ${column} | default: "…" }}.` }
          : filled;
      issues.push({ line: row.line, column, value: '', ...about });
    }
  }
  if (Object.keys(variables).length > 0) raw['contentVariables'] = JSON.stringify(variables);
}

function fill(
  template: Template,
  fieldValue: (field: string) => string | undefined,
): { text: string } | { missing: string } | { problem: string } {
  try {
    return template.render(fieldValue);
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `can't be rendered: ${error.message}` };
    throw error;
  }
}
