import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldName } from '../core/request/parameters.ts';
import { readTemplateSource, type TemplateSource } from '../core/text/front-matter.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { parseTemplate, type Template } from '../core/text/template.ts';
import { CliError, fileError } from '../errors.ts';

/** The text of a template: one of `[templates]` by name, else a file. Throws a `CliError` when it can't be read. */
export async function templateOf(name: string, templates: Readonly<Record<string, string>>): Promise<TemplateSource> {
  return read(name, Object.hasOwn(templates, name) ? (templates[name] ?? '') : readFile(name, templates));
}

/** A template that can be filled again and again. */
export interface TemplateFiller {
  readonly fields: readonly string[];
  /** Fields are matched as columns of a file are; an empty one is as none. */
  readonly fill: (values: Readonly<Record<string, string>>) => ReturnType<Template['render']>;
}

/** Makes a template ready to be filled. Throws a `CliError` for one that is wrong. */
export async function templateFiller(
  { text, fields: fallback }: TemplateSource,
  locale: string | undefined,
): Promise<TemplateFiller> {
  const template = await parsed(text, locale);
  const fallbackOf = (field: string) => (Object.hasOwn(fallback, field) ? fallback[field] : undefined);
  const fill: TemplateFiller['fill'] = (values) => {
    const known = new Map(Object.entries(values).map(([name, value]) => [foldName(name), value]));
    const given = (field: string) => known.get(foldName(field))?.trim() && known.get(foldName(field));
    try {
      return template.render((field) => given(field) || fallbackOf(field));
    } catch (error) {
      throw wrongTemplate(error);
    }
  };
  return { fields: template.fields, fill };
}

async function parsed(text: string, locale: string | undefined): Promise<Template> {
  try {
    return await parseTemplate(text, locale);
  } catch (error) {
    throw wrongTemplate(error);
  }
}

/** What is wrong with the text of a template; undefined where it can be filled. */
export async function templateProblem(text: string): Promise<string | undefined> {
  try {
    await parsed(text, undefined);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

const wrongTemplate = (error: unknown): unknown =>
  error instanceof SyntaxError ? new CliError('input', `The template is wrong: ${error.message}.`) : error;

/** The text of a template with its fields. Throws a `CliError` for one that has no value, or that it does not name. */
export async function fillTemplate(
  source: TemplateSource,
  values: Readonly<Record<string, string>>,
  locale: string | undefined,
): Promise<string> {
  const { fields, fill } = await templateFiller(source, locale);
  const named = new Set(fields.map(foldName));
  const stray = Object.keys(values).find((name) => !named.has(foldName(name)));
  if (stray !== undefined) {
    const hint = didYouMean(stray, fields, `It has: ${fields.join(', ')}.`);
    throw new CliError('usage', `--field ${stray}: the template has no {{ ${stray} }}.`, { hint });
  }
  const filled = fill(values);
  if ('text' in filled) return filled.text;
  throw new CliError('usage', `The template needs ${filled.missing}.`, {
    hint: `Give it: --field ${filled.missing}=VALUE`,
  });
}

/** The texts of `[templates]`, by name. Throws a `CliError` for one with faulty front matter. */
export async function namedTemplates(
  templates: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, TemplateSource>>> {
  const sources = Object.entries(templates).map(async ([name, source]) => [name, await read(name, source)] as const);
  return Object.fromEntries(await Promise.all(sources));
}

/** A template to choose, or why it can't be. */
export type FoundTemplate = { readonly name: string; readonly from: string } & (
  | { readonly template: TemplateSource }
  | { readonly problem: string }
);

/** The texts of `[templates]`, and the .liquid files of a folder. */
export async function templatesAt(
  templates: Readonly<Record<string, string>>,
  folder: string,
): Promise<readonly FoundTemplate[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.liquid'));
  const found = [
    ...Object.entries(templates).map(([name, source]) => ({ name, from: name, source: () => source })),
    ...files.map((name) => ({ name, from: join(folder, name), source: () => readFile(join(folder, name), {}) })),
  ];
  const readEach = found.map(async ({ name, from, source }): Promise<FoundTemplate> => {
    try {
      const template = await read(name, source());
      await parsed(template.text, undefined);
      return { name, from, template };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { name, from, problem: error.message };
    }
  });
  return Promise.all(readEach);
}

async function read(name: string, source: string): Promise<TemplateSource> {
  const parsed = await readTemplateSource(source);
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
