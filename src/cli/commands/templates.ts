import type { Command } from 'commander';
import {
  type FoundTemplate,
  fillTemplate,
  type TemplateFiller,
  templateFiller,
  templateOf,
  templatesAt,
} from '../../campaign/templates.ts';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import type { TemplateSource } from '../../core/text/front-matter.ts';
import { countSegments } from '../../core/text/segments.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, someFailed } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import {
  type FilledTemplate,
  filledJson,
  filledLines,
  type ListedTemplate,
  templateLines,
} from '../../ui/templates.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, pairs, requiredChoice } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';

const help = `Templates are the texts of [templates] in the config, and the .liquid files of a folder: volley help templates

Examples:
  volley templates list
  volley templates show welcome
  volley templates test reminder.liquid --field first_name=Ada
  volley templates test reminder.liquid customers.csv`;

const table = {
  what: requiredChoice('<what>', 'list, show or test', ['list', 'show', 'test']),
  name: option('[name]', 'show, test: one of [templates], or a file', text),
  file: option('[file]', 'test: fill it with the rows of this list', text),
  fields: pairs('--field <name=value>', 'test: what a {{ field }} of it is'),
};

type TemplatesOptions = OptionsOf<typeof table>;

/** Declares `volley templates`. */
export function declareTemplates(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) =>
    withSession(options.session, context, async (session) => verbs[options.what](options, session, context)),
  );
}

type Verb = (options: TemplatesOptions, session: Session, context: Context) => Promise<number>;

const verbs: Readonly<Record<TemplatesOptions['what'], Verb>> = { list, show, test };

async function list(_: TemplatesOptions, session: Session, context: Context): Promise<number> {
  const { config, isJson, isQuiet, resultStyle } = session;
  const found = await templatesAt(config.templates, context.cwd);
  const all = await Promise.all(found.map((one) => listed(one, config)));
  if (isJson)
    await printDocument({ schema: 'volley.templates/1' }, { session, context }, { as: 'templates', items: all });
  else if (all.length > 0) for (const line of templateLines(all, resultStyle)) context.out(line);
  else if (!isQuiet)
    context.err('There are none here: put texts into [templates] of the config, or into .liquid files.');
  return 0;
}

async function listed(found: FoundTemplate, config: Config): Promise<ListedTemplate> {
  const origin = Object.hasOwn(config.templates, found.from) ? '[templates]' : 'file';
  const nothing = { name: found.name, origin, fields: [], text: null };
  if ('problem' in found) return { ...nothing, problem: found.problem };
  try {
    const { fields } = await templateFiller(found.template, config.get('locale'));
    return { name: found.name, origin, fields, text: found.template.text, problem: null };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ...nothing, problem: error.message };
  }
}

async function show(options: TemplatesOptions, session: Session, context: Context): Promise<number> {
  const { out } = context;
  const { name, source } = await sourceOf(options, session);
  const { text: body, parameters, fields: defaults } = source;
  const { fields } = await templateFiller(source, session.config.get('locale'));
  if (session.isJson) {
    const document = { schema: 'volley.template/1', name, text: body, fields, defaults, parameters } as const;
    await printDocument(document, { session, context });
    return 0;
  }
  const { paint } = session.resultStyle;
  for (const line of body.trimEnd().split('\n')) out(clean(line));
  if (session.isQuiet) return 0;
  const needed = fields.map((field) => (Object.hasOwn(defaults, field) ? `${field} (else ${defaults[field]})` : field));
  out(paint.dim(fields.length === 0 ? 'It has no fields.' : `Fields: ${clean(needed.join(', '))}`));
  for (const [key, value] of Object.entries(parameters)) out(paint.dim(clean(`${key}: ${[value].flat().join(' ')}`)));
  return 0;
}

async function test(options: TemplatesOptions, session: Session, context: Context): Promise<number> {
  const { name, source } = await sourceOf(options, session);
  const locale = session.config.get('locale');
  if (options.file !== undefined && Object.keys(options.fields).length > 0) {
    throw new CliError('usage', 'Give a list or --field, not both.');
  }
  const tested =
    options.file === undefined
      ? { texts: [{ line: 0, text: await fillTemplate(source, options.fields, locale) }], wrong: [] }
      : await fillRows(await templateFiller(source, locale), options.file, context);
  await print(name, tested, session, context);
  return tested.wrong.length > 0 ? someFailed : 0;
}

/** What a template came to, row by row. */
interface Tested {
  readonly texts: readonly FilledTemplate[];
  readonly wrong: readonly { readonly line: number; readonly problem: string }[];
}

async function fillRows({ fill }: TemplateFiller, file: string, { stdin, signal }: Context): Promise<Tested> {
  const source = await openSource({ file, stdin, signal });
  const texts: FilledTemplate[] = [];
  const wrong: { line: number; problem: string }[] = [];
  for await (const row of source.rows) {
    if ('problem' in row) {
      wrong.push({ line: row.line, problem: `${row.column} ${row.problem}` });
      continue;
    }
    const cells = Object.entries(row.cells).map(([column, cell]) => [column, [cell].flat().join(' ')] as const);
    const filled = fill(Object.fromEntries(cells));
    if ('text' in filled) texts.push({ line: row.line, text: filled.text });
    else wrong.push({ line: row.line, problem: `${filled.missing} is empty, but the text needs it` });
  }
  return { texts, wrong };
}

/** How many texts and wrong rows a person is shown. */
const shownRows = 3;

async function print(name: string, { texts, wrong }: Tested, session: Session, context: Context): Promise<void> {
  const { out } = context;
  if (session.isJson) {
    const document = { schema: 'volley.template-test/1', name, issues: wrong } as const;
    return printDocument(document, { session, context }, { as: 'texts', items: texts.map(filledJson) });
  }
  if (session.isQuiet && wrong.length === 0) return;
  const style = session.resultStyle;
  for (const filled of texts.slice(0, shownRows)) for (const line of filledLines(filled, style)) out(line);
  for (const { line, problem } of wrong.slice(0, shownRows)) out(style.paint.red(`line ${line}  ${clean(problem)}.`));
  if (texts.length + wrong.length > 1) out(summaryOf({ texts, wrong }));
}

function summaryOf({ texts, wrong }: Tested): string {
  const lengths = texts.map(({ line, text }) => ({ line, segments: countSegments(text).segments }));
  const longest = lengths.reduce((most, next) => (next.segments > most.segments ? next : most), {
    line: 0,
    segments: 0,
  });
  const most = texts.length === 0 ? '' : `, at most ${plural(longest.segments, 'segment')} (line ${longest.line})`;
  return `${plural(texts.length, 'row')} filled${most}, ${formatCount(wrong.length)} wrong.`;
}

async function sourceOf(
  { name }: TemplatesOptions,
  { config }: Session,
): Promise<{ name: string; source: TemplateSource }> {
  if (name !== undefined) return { name, source: await templateOf(name, config.templates) };
  throw new CliError('usage', 'Which template?', { hint: 'Name one of: volley templates list' });
}
