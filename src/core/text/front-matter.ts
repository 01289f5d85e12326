import type { Parsed } from '../parsed.ts';
import { parameterNamed } from '../request/parameters.ts';
import type { RawRequest } from '../request/validate.ts';

/** A template with the defaults that stand above its text. */
export interface TemplateSource {
  readonly text: string;
  /** Message parameters, for rows that have none of their own. */
  readonly parameters: RawRequest;
  /** Values of merge fields, for rows in which they are empty. */
  readonly fields: Readonly<Record<string, string>>;
}

const front = /^---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m;

/** Takes the YAML between `---` lines off the start of a template: names of message parameters, or of fields. */
export async function readTemplateSource(source: string): Promise<Parsed<TemplateSource>> {
  const text = source.replace(/^\ufeff/, '');
  const match = text.startsWith('---') ? front.exec(text) : null;
  if (!match) return { value: { text: withoutLastNewline(text), parameters: {}, fields: {} } };
  const read = await readYaml(match[1] ?? '');
  if ('problem' in read) return read;
  const parameters: Record<string, string | readonly string[]> = {};
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(read.value)) {
    const key = parameterNamed(name);
    const isText = typeof value !== 'object' || Array.isArray(value);
    if (value === null || !isText) return { problem: `the front matter gives ${name} no plain value` };
    if (key) parameters[key] = Array.isArray(value) ? value.map(String) : String(value);
    else fields[name] = String(value);
  }
  return { value: { text: withoutLastNewline(text.slice(match[0].length)), parameters, fields } };
}

async function readYaml(text: string): Promise<Parsed<Readonly<Record<string, unknown>>>> {
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(text, { schema: 'failsafe' });
    if (value === null || value === '') return { value: {} };
    if (typeof value === 'object' && !Array.isArray(value)) return { value: value as Record<string, unknown> };
  } catch (error) {
    return { problem: `the front matter is not valid YAML: ${String((error as Error).message).split('\n')[0]}` };
  }
  return { problem: 'the front matter is not a list of names with values', hint: 'Write it as from: "+14155550199".' };
}

/** What ends the last line of a file is no part of what it says. */
const withoutLastNewline = (text: string): string => text.replace(/\r?\n$/, '');
