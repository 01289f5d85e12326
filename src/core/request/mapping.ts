import type { Row, RowIssue } from '../message.ts';
import type { Parsed } from '../parsed.ts';
import { isTimeZone } from '../recipient/time-zones.ts';
import { isTemplate } from '../text/is-template.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Template } from '../text/template.ts';
import { type Layout, layoutFinder, sourceOf } from './layout.ts';
import { type MappingOptions, makeRules, type NamedTemplate, type Rules, templateColumn } from './mapping-rules.ts';
import { flagName, type ParameterKey, parameterOf } from './parameters.ts';
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
  readonly warnings: readonly RowIssue[];
}

/** Knows which column holds what. */
export interface Mapping {
  readonly toRaw: (row: Row) => MappedRow;
  /** The column that recipients are taken from, though nobody said so. */
  readonly guessed?: string | undefined;
}

const wasEmpty = 'is empty, but the text needs it';

/** Makes the mapping, or says what stops the whole batch: a missing column, a faulty template. */
export async function makeMapping(options: MappingOptions): Promise<Parsed<Mapping>> {
  const rules = await makeRules(options);
  if ('problem' in rules) return rules;
  const layoutOf = layoutFinder(rules.value);
  const toRaw = (row: Row) => mapRow({ row, layout: layoutOf(row), rules: rules.value, options });
  return { value: { toRaw, guessed: rules.value.guessed } };
}

const asText = (cell: Cell | undefined): string | undefined =>
  cell === undefined || typeof cell === 'string' ? cell : cell.join(' ');

type Cell = string | readonly string[];

/** A row, and what it is read by. */
interface Reading {
  readonly row: Row;
  readonly layout: Layout;
  readonly rules: Rules;
  readonly options: MappingOptions;
}

function mapRow(reading: Reading): MappedRow {
  const { row, layout, options } = reading;
  const own = ownParameters(reading);
  const issues: RowIssue[] = [];
  const named = namedTemplate(reading, issues);
  fillTemplates(reading, { own, named, issues });
  const timeZone = timeZoneOf(reading, issues);
  const key = options.key === undefined ? undefined : textNamed(options.key, reading)?.trim();
  if (options.key !== undefined && !key) {
    issues.push({ line: row.line, column: options.key, value: '', problem: 'is empty, but it is the key' });
  }
  const origin: Origin = { line: row.line, columnOf: (parameter) => sourceOf(parameter, row, layout) };
  return {
    // Not by spreading: what is added to a spread copy makes V8 describe each such object anew, at ten times the cost.
    raw: Object.assign({}, options.base, named?.source.parameters, own),
    origin,
    ...(key && { key }),
    ...(timeZone && { timeZone }),
    columnHolding: (text) => layout.columns.find((column) => asText(row.cells[column])?.includes(text)),
    issues,
    warnings: unfilled(asText(own['body']) ?? '', origin),
  };
}

/** A text that is a template still: what is in a cell is never filled. */
function unfilled(value: string, { line, columnOf }: Origin): readonly RowIssue[] {
  if (!isTemplate(value)) return none;
  return [{ line, column: columnOf('body'), value, problem: 'has {{ }} or {% %} in it, which people read as it is' }];
}

const none: readonly RowIssue[] = [];

/** The parameters that a row has in columns of its own. */
function ownParameters({ row: { cells }, layout }: Reading): Record<string, Cell> {
  const own: Record<string, Cell> = {};
  for (const { key, column } of layout.byName) {
    const cell = cells[column];
    if (cell !== undefined && cell.length > 0) addCell(own, key, cell);
  }
  for (const { key, column } of layout.byMap) {
    const cell = cells[column];
    if (cell === undefined) continue;
    delete own[key];
    addCell(own, key, cell);
  }
  return own;
}

function addCell(own: Record<string, Cell>, key: ParameterKey, cell: Cell): void {
  if (!parameterOf(key).repeatable) {
    if (asText(cell)?.trim() !== '') own[key] = cell;
    return;
  }
  const values = typeof cell === 'string' ? cell.split(/\s+/).filter((value) => value !== '') : cell;
  if (values.length > 0) own[key] = [...(own[key] ?? []), ...values];
}

/** What a row has in the column of this name. */
function textNamed(name: string, { row, layout }: Reading): string | undefined {
  const column = layout.columnNamed(name);
  return column === undefined ? undefined : asText(row.cells[column]);
}

function timeZoneOf(reading: Reading, issues: RowIssue[]): string | undefined {
  const column = reading.options.timeZoneColumn;
  const value = column === undefined ? undefined : textNamed(column, reading)?.trim();
  if (!column || !value) return undefined;
  if (!isTimeZone(value)) {
    const { line } = reading.row;
    issues.push({ line, column, value, problem: 'is no time zone', hint: 'Write it as Europe/Berlin.' });
  }
  return value;
}

function namedTemplate(reading: Reading, issues: RowIssue[]): NamedTemplate | undefined {
  const { named } = reading.rules;
  const value = named.size === 0 ? '' : (textNamed(templateColumn, reading)?.trim() ?? '');
  const found = named.get(value);
  if (value !== '' && !found) {
    const names = [...reading.rules.named.keys()];
    const hint = didYouMean(value, names, `[templates] in the config has: ${names.join(', ')}.`);
    issues.push({ line: reading.row.line, column: templateColumn, value, problem: 'names no template', hint });
  }
  return found;
}

interface Filling {
  readonly own: Record<string, Cell>;
  readonly named: NamedTemplate | undefined;
  readonly issues: RowIssue[];
}

function fillTemplates(reading: Reading, { own, named, issues }: Filling): void {
  const { row, rules } = reading;
  const variables: Record<string, string> = {};
  const fieldValue = (field: string) => valueOfField(field, reading, named);
  const fills = named ? [named.fill, ...rules.fills.filter(({ key, wins }) => key !== 'body' || wins)] : rules.fills;
  for (const { key, template, variable, wins } of fills) {
    if (!wins && own[key] !== undefined) continue;
    const filled = fill(template, fieldValue);
    if ('text' in filled) {
      if (variable !== undefined) variables[variable] = filled.text;
      else own[key] = filled.text;
    } else {
      const column = 'missing' in filled ? filled.missing : flagName(key);
      const about =
        'missing' in filled
          ? { problem: wasEmpty, hint: `Fill it in, or write {{ ${column} | default: "…" }}.` }
          : filled;
      issues.push({ line: row.line, column, value: '', ...about });
    }
  }
  if (Object.keys(variables).length > 0) own['contentVariables'] = JSON.stringify(variables);
}

/** A row's own value of a merge field, else the one of its template, else the one for all rows. */
function valueOfField(
  field: string,
  { row, layout, options }: Reading,
  named: NamedTemplate | undefined,
): string | undefined {
  const column = layout.columnOfField(field);
  const value = column === undefined ? undefined : asText(row.cells[column]);
  if (value !== undefined && value.trim() !== '') return value;
  return valueIn(named?.source.fields, field) ?? valueIn(options.fields, field);
}

const valueIn = (values: Readonly<Record<string, string>> | undefined, name: string): string | undefined =>
  values && Object.hasOwn(values, name) ? values[name] : undefined;

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
