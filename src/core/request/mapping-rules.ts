import type { Parsed } from '../parsed.ts';
import type { TemplateSource } from '../text/front-matter.ts';
import { isTemplate } from '../text/is-template.ts';
import { didYouMean } from '../text/nearest.ts';
import { parseTemplate, type Template } from '../text/template.ts';
import { either, quoted } from '../text/wording.ts';
import { recipientColumns } from './column-guess.ts';
import { foldName, type ParameterKey, parameterNamed, parameterOf } from './parameters.ts';
import type { RawRequest } from './validate.ts';

/** What a batch says about its columns, beyond their own names. */
export interface MappingOptions {
  /** Flags over config defaults: they fill what a row leaves empty. */
  readonly base: RawRequest;
  /** `to=phone`, `first=Vorname` or `body=Hi {{ first }}`. */
  readonly maps?: readonly string[];
  /** Text that is rendered for each row. */
  readonly body?: string;
  /** Values of fields that are empty in a row, as a template's front matter gives them. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Texts by name: a row with a column `template` has its text from the one it names. */
  readonly templates?: Readonly<Record<string, TemplateSource>>;
  /** How dates and amounts are written, as `de-DE`. */
  readonly locale?: string | undefined;
  /** Variables of a content template, each rendered for each row. */
  readonly contentVariables?: Readonly<Record<string, string>>;
  /** The header, where the format has one: a name that is not in it stops everything. */
  readonly columns?: readonly string[];
  /** Where there is no header, the names in the first row: the recipient may be in one that is called like it. */
  readonly firstNames?: readonly string[];
  /** The column that makes a row the same row in a later run. */
  readonly key?: string;
  /** The column with the recipient's time zone, as `Europe/Berlin`. */
  readonly timeZoneColumn?: string;
}

/** A text that is rendered for each row, and the parameter it is for. */
export interface Fill {
  readonly key: ParameterKey;
  readonly template: Template;
  /** The variable of a content template that this text is for. */
  readonly variable?: string;
  /** From `--map`: wins over a column of that name. */
  readonly wins?: true;
}

/** What the columns of an input mean. */
export interface Rules {
  readonly aliases: ReadonlyMap<string, string>;
  readonly fills: readonly Fill[];
  readonly named: ReadonlyMap<string, NamedTemplate>;
  /** The column that recipients are taken from, though nobody said so. */
  readonly guessed?: string;
}

/** A text that rows choose by name. */
export interface NamedTemplate {
  readonly source: TemplateSource;
  readonly fill: Fill;
}

/** The column that names a row's template, where templates have names. */
export const templateColumn = 'template';

/** Reads what a batch says about its columns, or says what stops all of it: a missing column, a faulty template. */
export async function makeRules(options: MappingOptions): Promise<Parsed<Rules>> {
  const { columns, firstNames } = options;
  const names = columns ?? firstNames;
  const read = await readRules(options);
  if ('problem' in read || !names) return read;
  const rules = withRecipient(read.value, options, names);
  return 'problem' in rules || !columns ? rules : (missingColumn(rules.value, options, columns) ?? rules);
}

/** The rules with the column that looks like numbers as the recipient, where none is called so. */
function withRecipient(rules: Rules, { base }: MappingOptions, columns: readonly string[]): Parsed<Rules> {
  const isSaid = base.to !== undefined || rules.aliases.has('to') || rules.fills.some(({ key }) => key === 'to');
  if (isSaid || columns.some((column) => parameterNamed(column) === 'to')) return { value: rules };
  const [guessed, ...others] = recipientColumns(columns);
  if (guessed === undefined) return { value: rules };
  if (others.length > 0) {
    const problem = `The numbers may be in ${either([guessed, ...others])}`;
    return { problem, hint: `Say which: --map ${quoted(`to=${guessed}`)}` };
  }
  return { value: { ...rules, aliases: new Map([...rules.aliases, ['to', guessed]]), guessed } };
}

async function readRules(options: MappingOptions): Promise<Parsed<Rules>> {
  const { maps = [], body, contentVariables = {}, templates = {}, locale } = options;
  const aliases = new Map<string, string>();
  const fills: Fill[] = [];
  const named = new Map<string, NamedTemplate>();
  let which = 'The template';
  try {
    for (const [name, source] of Object.entries(templates)) {
      which = `Template ${name} of [templates]`;
      named.set(name, { source, fill: { key: 'body', template: await parseTemplate(source.text, locale) } });
    }
    which = 'The template';
    for (const map of maps) {
      const [, name, source] = /^\s*([^=]+?)\s*=\s*([\s\S]+)$/.exec(map) ?? [];
      if (!name || !source) {
        return {
          problem: `--map ${map} is not name=column`,
          hint: "Write --map to=phone or --map 'body=Hi {{ first }}'.",
        };
      }
      const key = parameterNamed(name);
      if (key && isTemplate(source)) fills.push({ key, template: await parseTemplate(source, locale), wins: true });
      else if (isTemplate(source)) return { problem: `--map ${name}: only a message parameter can be a template` };
      else aliases.set(foldName(name), source);
    }
    if (body !== undefined && !fills.some(({ key }) => key === 'body')) {
      fills.push({ key: 'body', template: await parseTemplate(body, locale) });
    }
    for (const [variable, text] of Object.entries(contentVariables)) {
      fills.push({ key: 'contentVariables', template: await parseTemplate(text, locale), variable });
    }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `${which} is wrong: ${error.message}` };
    throw error;
  }
  return { value: { aliases, fills, named } };
}

function missingColumn(rules: Rules, options: MappingOptions, columns: readonly string[]): Parsed<never> | undefined {
  const folded = new Set(columns.map(foldName));
  const list = `The columns are: ${columns.join(', ')}.`;
  const hintFor = (name: string) => didYouMean(name, columns, list);
  for (const [name, column] of rules.aliases) {
    if (!folded.has(foldName(column)))
      return { problem: `--map ${name}=${column}: there is no column ${column}`, hint: hintFor(column) };
  }
  const { key, timeZoneColumn } = options;
  if (key !== undefined && !folded.has(foldName(key))) {
    return { problem: `--key ${key}: there is no such column`, hint: hintFor(key) };
  }
  if (timeZoneColumn !== undefined && !folded.has(foldName(timeZoneColumn))) {
    return { problem: `--timezone-column ${timeZoneColumn}: there is no such column`, hint: hintFor(timeZoneColumn) };
  }
  const isThere = (field: string) =>
    folded.has(foldName(rules.aliases.get(foldName(field)) ?? field)) || Object.hasOwn(options.fields ?? {}, field);
  for (const { template } of rules.fills) {
    const field = template.fields.find((name) => !isThere(name));
    if (field)
      return { problem: `The template names {{ ${field} }}, and there is no such column`, hint: hintFor(field) };
  }
  return twiceOrAbsent(rules, options, columns, list);
}

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
    const hint = `${list} Say which holds the numbers: --map to=COLUMN`;
    return { problem: 'There is no column "to", and none that is called like numbers', hint };
  }
  if (!has('from') && !has('messagingServiceSid')) {
    return {
      problem: 'No sender is given',
      hint: 'Give --from or --messaging-service-sid, a column of that name, or [defaults] in the config.',
    };
  }
  const namesTemplates = rules.named.size > 0 && columns.some((column) => foldName(column) === templateColumn);
  if (!has('body') && !has('mediaUrl') && !has('contentSid') && !namesTemplates) {
    return { problem: 'There is nothing to say', hint: `${list} Give --body, --template FILE or a column "body".` };
  }
  return undefined;
}
