import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldName } from '../core/request/parameters.ts';
import { readTemplateSource, type TemplateSource } from '../core/text/front-matter.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { parseTemplate } from '../core/text/template.ts';
import { CliError, fileError } from '../errors.ts';

/** The text of a template: one of `[templates]` by name, else a file. Throws a `CliError` when it can't be read. */
export function templateOf(
  name: string | undefined,
  templates: Readonly<Record<string, string>>,
): TemplateSource | undefined {
  if (name === undefined) return undefined;
  return Object.hasOwn(templates, name) ? read(name, templates[name] ?? '') : read(name, readFile(name, templates));
}

/**
 * The text of a template with its fields, which are matched as columns of a file are; an empty one is as none.
 * Throws a `CliError` for a field that has no value, or that the template does not name.
 */
export function fillTemplate(
  { text, fields: fallback }: TemplateSource,
  fields: Readonly<Record<string, string>>,
  locale: string | undefined,
): string {
  const known = new Map(Object.entries(fields).map(([name, value]) => [foldName(name), value]));
  const given = (field: string) => known.get(foldName(field))?.trim() && known.get(foldName(field));
  try {
    const template = parseTemplate(text, locale);
    const named = new Set(template.fields.map(foldName));
    const stray = Object.keys(fields).find((name) => !named.has(foldName(name)));
    if (stray !== undefined) {
      const hint = didYouMean(stray, template.fields, `It has: ${template.fields.join(', ')}.`);
      throw new CliError('usage', `--field ${stray}: the template has no {{ ${stray} }}.`, { hint });
    }
    const filled = template.render(
      (field) => given(field) || (Object.hasOwn(fallback, field) ? fallback[field] : undefined),
    );
    if ('text' in filled) return filled.text;
    throw new CliError('usage', `The template needs ${filled.missing}.`, {
      hint: `Give it: --field ${filled.missing}=VALUE`,
    });
  } catch (error) {
    if (error instanceof SyntaxError) throw new CliError('input', `The template is wrong: ${error.message}.`);
    throw error;
  }
}

/** The texts of `[templates]`, by name. Throws a `CliError` for one with faulty front matter. */
export function namedTemplates(templates: Readonly<Record<string, string>>): Readonly<Record<string, TemplateSource>> {
  return Object.fromEntries(Object.entries(templates).map(([name, source]) => [name, read(name, source)]));
}

/** A template to choose, or why it can't be. */
export type FoundTemplate = { readonly name: string; readonly from: string } & (
  | { readonly template: TemplateSource }
  | { readonly problem: string }
);

/** The texts of `[templates]`, and the .liquid files of a folder. */
export function templatesAt(templates: Readonly<Record<string, string>>, folder: string): FoundTemplate[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.liquid'));
  const found = [
    ...Object.entries(templates).map(([name, source]) => ({ name, from: name, source: () => source })),
    ...files.map((name) => ({ name, from: join(folder, name), source: () => readFile(join(folder, name), {}) })),
  ];
  return found.map(({ name, from, source }) => {
    try {
      return { name, from, template: read(name, source()) };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { name, from, problem: error.message };
    }
  });
}

function read(name: string, source: string): TemplateSource {
  const parsed = readTemplateSource(source);
  if ('value' in parsed) return parsed.value;
  throw new CliError('input', `Template ${name}: ${parsed.problem}.`, { ...(parsed.hint && { hint: parsed.hint }) });
}

function readFile(file: string, templates: Readonly<Record<string, string>>): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const known = Object.keys(templates);
    const names = `[templates] in the config has: ${known.join(', ')}.`;
    const hint = known.length > 0 ? didYouMean(file, known, names) : undefined;
    throw fileError(cause, { doing: 'read', path: file, hint }) ?? cause;
  }
}
