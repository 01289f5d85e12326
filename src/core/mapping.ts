import type { Row, RowIssue } from './message.ts';
import { flagName, foldName, type ParameterKey, parameterNamed, parameterOf } from './parameters.ts';
import type { Parsed } from './phone.ts';
import { isTemplate, parseTemplate, type Template } from './template.ts';
import type { Origin, RawRequest } from './validate.ts';

/** What a batch says about its columns, beyond their own names. */
export interface MappingOptions {
  /** Flags over config defaults: they fill what a row leaves empty. */
  readonly base: RawRequest;
  /** `to=phone`, `first=Vorname` or `body=Hi {{ first }}`. */
  readonly maps?: readonly string[];
  /** Text that is rendered for each row. */
  readonly body?: string;
  /** Variables of a content template, each rendered for each row. */
  readonly contentVariables?: Readonly<Record<string, string>>;
  /** The header, where the format has one: a name that is not in it stops everything. */
  readonly columns?: readonly string[];
  /** The column that makes a row the same row in a later run. */
  readonly key?: string;
}

/** A row's parameters as text, with the issues that filling its templates raised. */
export interface MappedRow {
  readonly raw: RawRequest;
  readonly origin: Origin;
  readonly key?: string;
  readonly issues: readonly RowIssue[];
}

/** Knows which column holds what. */
export interface Mapping {
  readonly toRaw: (row: Row) => MappedRow;
}

interface Fill {
  readonly key: ParameterKey;
  readonly template: Template;
  /** The variable of a content template that this text is for. */
  readonly variable?: string;
  /** From `--map`: wins over a column of that name. */
  readonly wins?: true;
}

interface Rules {
  readonly aliases: ReadonlyMap<string, string>;
  readonly fills: readonly Fill[];
}

const wasEmpty = 'is empty, but the text needs it';

/** Makes the mapping, or says what stops the whole batch: a missing column, a faulty template. */
export function makeMapping(options: MappingOptions): Parsed<Mapping> {
  const rules = readRules(options);
  if ('problem' in rules) return rules;
  const missing = options.columns && missingColumn(rules.value, options, options.columns);
  if (missing) return missing;
  return { value: { toRaw: (row) => mapRow(row, rules.value, options) } };
}

function readRules({ maps = [], body, contentVariables = {} }: MappingOptions): Parsed<Rules> {
  const aliases = new Map<string, string>();
  const fills: Fill[] = [];
  try {
    for (const map of maps) {
      const [, name, source] = /^\s*([^=]+?)\s*=\s*([\s\S]+)$/.exec(map) ?? [];
      if (!name || !source) {
        return {
          problem: `--map ${map} is not name=column`,
          hint: "Write --map to=phone or --map 'body=Hi {{ first }}'.",
        };
      }
      const key = parameterNamed(name);
      if (key && isTemplate(source)) fills.push({ key, template: parseTemplate(source), wins: true });
      else if (isTemplate(source)) return { problem: `--map ${name}: only a message parameter can be a template` };
      else aliases.set(foldName(name), source);
    }
    if (body !== undefined && !fills.some(({ key }) => key === 'body')) {
      fills.push({ key: 'body', template: parseTemplate(body) });
    }
    for (const [variable, text] of Object.entries(contentVariables)) {
      fills.push({ key: 'contentVariables', template: parseTemplate(text), variable });
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `The template is wrong: ${error.message}` };
    throw error;
  }
  return { value: { aliases, fills } };
}

function missingColumn(rules: Rules, options: MappingOptions, columns: readonly string[]): Parsed<never> | undefined {
  const folded = new Set(columns.map(foldName));
  const list = `The columns are: ${columns.join(', ')}.`;
  for (const [name, column] of rules.aliases) {
    if (!folded.has(foldName(column)))
      return { problem: `--map ${name}=${column}: there is no column ${column}`, hint: list };
  }
  if (options.key !== undefined && !folded.has(foldName(options.key))) {
    return { problem: `--key ${options.key}: there is no such column`, hint: list };
  }
  for (const { template } of rules.fills) {
    const field = template.fields.find((name) => !folded.has(foldName(rules.aliases.get(foldName(name)) ?? name)));
    if (field) return { problem: `The template names {{ ${field} }}, and there is no such column`, hint: list };
  }
  return twiceOrAbsent(rules, options, columns, list);
}

const likelyNumbers =
  /^(phone|mobile|cell|number|tel|msisdn|recipient|handy|phonenumber|mobilenumber|cellphone|telephone)/;

function twiceOrAbsent(
  rules: Rules,
  { base }: MappingOptions,
  columns: readonly string[],
  list: string,
): Parsed<never> | undefined {
  const sources = new Map<ParameterKey, string>();
  for (const column of columns) {
    const key = parameterNamed(column);
    const earlier = key && sources.get(key);
    if (earlier && !parameterOf(key).repeatable)
      return { problem: `${earlier} and ${column} both hold ${key}`, hint: list };
    if (key) sources.set(key, column);
  }
  const has = (key: ParameterKey) =>
    sources.has(key) ||
    rules.aliases.has(foldName(key)) ||
    base[key] !== undefined ||
    rules.fills.some((f) => f.key === key);
  if (!has('to')) {
    const guess = columns.find((column) => likelyNumbers.test(foldName(column)));
    const example = guess ? `--map to=${guess}` : '--map to=COLUMN';
    return { problem: 'There is no column "to"', hint: `${list} Say which holds the number: ${example}` };
  }
  if (!has('from') && !has('messagingServiceSid')) {
    return {
      problem: 'No sender is given',
      hint: 'Give --from or --messaging-service-sid, a column of that name, or [defaults] in the config.',
    };
  }
  if (!has('body') && !has('mediaUrl') && !has('contentSid')) {
    return { problem: 'There is nothing to say', hint: `${list} Give --body, --template FILE or a column "body".` };
  }
  return undefined;
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
  fillTemplates({ row, rules, raw, issues });
  const key = options.key === undefined ? undefined : asText(cellNamed(row, options.key))?.trim();
  if (options.key !== undefined && !key) {
    issues.push({ line: row.line, column: options.key, value: '', problem: 'is empty, but it is the key' });
  }
  return {
    raw: { ...options.base, ...raw },
    origin: {
      line: row.line,
      columnOf: (parameter) => columns.get(parameter) ?? (parameter === 'to' ? 'to' : flagName(parameter)),
    },
    ...(key && { key }),
    issues,
  };
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
}

function fillTemplates({ row, rules, raw, issues }: Filling): void {
  const variables: Record<string, string> = {};
  const fieldValue = (field: string) => asText(cellNamed(row, rules.aliases.get(foldName(field)) ?? field));
  for (const { key, template, variable, wins } of rules.fills) {
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
