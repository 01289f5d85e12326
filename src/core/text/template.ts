import { Liquid, type Template as Parsed } from 'liquidjs';
import { isTemplate } from './is-template.ts';
import { addFilters } from './template-filters.ts';

/** A text with merge fields, parsed once and rendered per row. */
export interface Template {
  /** The fields it names, in the template's own spelling. */
  readonly fields: readonly string[];
  /** The text for one row, or the field that has no value there. */
  readonly render: (fieldValue: (field: string) => string | undefined) => { text: string } | { missing: string };
}

/** How dates and amounts are written unless the config says otherwise. */
export const defaultLocale = 'en-US';

const engines = new Map<string, Liquid>();

function engineFor(locale: string): Liquid {
  let engine = engines.get(locale);
  if (!engine) {
    engine = new Liquid({
      strictVariables: true,
      strictFilters: true,
      ownPropertyOnly: true,
      lenientIf: true,
      templates: {},
      locale,
      // Characters, milliseconds and Liquid's own units of memory. Our choice: a text message is short, and whatever
      // takes longer than this is a loop gone wrong.
      parseLimit: 100_000,
      renderLimit: 250,
      memoryLimit: 10_000_000,
    });
    addFilters(engine, locale);
    engines.set(locale, engine);
  }
  return engine;
}

/** Parses a Liquid template. Throws a `SyntaxError` that names what is wrong with it. */
export function parseTemplate(source: string, locale = defaultLocale): Template {
  if (!isTemplate(source)) return { fields: [], render: () => ({ text: source }) };
  const engine = engineFor(locale);
  const parsed = parseSource(source, engine);
  const fields = engine.globalVariablesSync(parsed);
  const plain = plainParts(source, fields);
  if (plain) return { fields, render: (fieldValue) => renderPlain(plain, fieldValue) };
  return { fields, render: (fieldValue) => renderTemplate({ engine, parsed, fields }, fieldValue) };
}

/** The texts and the fields between them, in turns, of a template that is nothing else; undefined for any other. */
function plainParts(source: string, fields: readonly string[]): readonly string[] | undefined {
  const parts = source.split(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/);
  // Liquid has a size of its own for rows without that field; words like true are no fields to it.
  const isField = (name: string) => fields.includes(name) && name !== 'size';
  const isText = (text: string) => !/\{[{%]/.test(text);
  return parts.every((part, i) => (i % 2 === 0 ? isText(part) : isField(part))) ? parts : undefined;
}

/** Joins what `plainParts` found, as Liquid does, at a tenth of the cost. `test/core/text/template.test.ts` compares the two. */
function renderPlain(
  parts: readonly string[],
  fieldValue: (field: string) => string | undefined,
): { text: string } | { missing: string } {
  let text = parts[0] ?? '';
  for (let i = 1; i < parts.length; i += 2) {
    const field = parts[i] ?? '';
    const value = fieldValue(field);
    if (value === undefined || value.trim() === '') return { missing: field };
    text += value + (parts[i + 1] ?? '');
  }
  return { text };
}

function parseSource(source: string, engine: Liquid): Parsed[] {
  const spaced = /\{\{-?\s*([A-Za-z]\w*(?:\s+[A-Za-z]\w*)+)\s*(?:\||-?\}\})/.exec(source)?.[1];
  if (spaced) {
    throw new SyntaxError(`"{{ ${spaced} }}" has spaces; write {{ ${spaced.replace(/\s+/g, '_')} }} for that column`);
  }
  try {
    return engine.parse(source);
  } catch (error) {
    throw new SyntaxError(firstLine(error));
  }
}

interface Rendering {
  readonly engine: Liquid;
  readonly parsed: Parsed[];
  readonly fields: readonly string[];
}

function renderTemplate(
  { engine, parsed, fields }: Rendering,
  fieldValue: (field: string) => string | undefined,
): { text: string } | { missing: string } {
  const values: Record<string, string> = Object.create(null);
  for (const field of fields) {
    const value = fieldValue(field);
    if (value !== undefined && value.trim() !== '') values[field] = value;
  }
  try {
    return { text: renderInTime(engine, parsed, values) };
  } catch (error) {
    const [, missing] = /undefined variable: ([^\s,]+)/.exec(firstLine(error)) ?? [];
    if (missing) return { missing };
    throw new SyntaxError(firstLine(error));
  }
}

/** A busy machine may stop a process for longer than a text may take, but hardly this often in a row. Our choice. */
const renderTries = 3;

function renderInTime(engine: Liquid, parsed: Parsed[], values: Readonly<Record<string, string>>): string {
  for (let tries = 1; ; tries++) {
    try {
      return String(engine.renderSync(parsed, values));
    } catch (error) {
      if (tries === renderTries || !firstLine(error).includes('render limit exceeded')) throw error;
    }
  }
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/, line:\d+, col:\d+$/, '');
}
