import { Liquid, type Template as Parsed } from 'liquidjs';
import { longestSource, type Template } from './template.ts';
import { addFilters } from './template-filters.ts';

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
      parseLimit: longestSource,
      renderLimit: 250,
      memoryLimit: 10_000_000,
    });
    addFilters(engine, locale);
    engines.set(locale, engine);
  }
  return engine;
}

/** Parses what is more than texts and fields. Throws a `SyntaxError` that names what is wrong with it. */
export function parseLiquid(source: string, locale: string): Template {
  const engine = engineFor(locale);
  const parsed = parseSource(source, engine);
  const fields = engine.globalVariablesSync(parsed);
  return { fields, render: (fieldValue) => renderTemplate({ engine, parsed, fields }, fieldValue) };
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
