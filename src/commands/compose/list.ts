import { readdirSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Row } from '../../core/message.ts';
import type { Plan } from '../../core/plan.ts';
import { guessColumn, guessField } from '../../core/request/column-guess.ts';
import { foldName } from '../../core/request/parameters.ts';
import { parseTemplate } from '../../core/text/template.ts';
import { orBack } from '../../input/ask/ask.ts';
import { search, select } from '../../input/ask/prompts.ts';
import { openSource } from '../../input/open-source.ts';
import { clean } from '../../ui/clean.ts';
import { plural, truncate } from '../../ui/lines.ts';
import { sendBatch } from '../batch.ts';
import { namedTemplates } from '../campaign/templates.ts';
import type { Flags } from '../options.ts';
import { back, type Desk } from './desk.ts';
import { askSender, hasSender } from './details.ts';
import { writeText } from './text.ts';

/** What somebody chose for a list: its file and the flags that say the same. */
interface ListDraft {
  readonly file?: string;
  readonly columns: readonly string[];
  /** The first row's values, to show what a column holds. */
  readonly first: Readonly<Record<string, string>>;
  readonly flags: Flags;
}

type Step = (draft: ListDraft, desk: Desk) => Promise<ListDraft | undefined>;

const steps: readonly Step[] = [askFile, askNumbers, askText, askFields, askFrom];

/** Puts a campaign together from a file, shows its plan and its problems, and sends it if that is wanted. */
export async function composeList(desk: Desk): Promise<number | undefined> {
  await desk.session.connect();
  let draft: ListDraft = { columns: [], first: {}, flags: desk.flags };
  let goesForward = true;
  for (let at = 0; at < steps.length; ) {
    const before = draft;
    const next = await steps[at]?.(draft, desk);
    // A step that has nothing to ask must not turn somebody round who is on the way back.
    goesForward = next !== undefined && (goesForward || next !== before);
    if (next) draft = next;
    at += goesForward ? 1 : -1;
    if (at < 0) return undefined;
  }
  return review(draft, desk);
}

const endings = new Set(['.csv', '.tsv', '.txt', '.xlsx', '.ndjson', '.jsonl']);

async function askFile(draft: ListDraft, { ask, context }: Desk): Promise<ListDraft | undefined> {
  const here = readdirSync(context.cwd).filter((name) => endings.has(extname(name).toLowerCase()));
  const file = await ask(orBack(search<string | undefined>), {
    message: 'File (type to search, or a path)',
    pageSize: 8,
    source: (term = '') => [
      ...here
        .filter((name) => name.toLowerCase().includes(term.toLowerCase()))
        .map((name) => ({ name: clean(name), value: name })),
      ...(term === '' || here.includes(term) ? [] : [{ name: `${clean(term)}  as typed`, short: term, value: term }]),
      back,
    ],
  });
  if (file === undefined) return undefined;
  const path = resolve(context.cwd, file);
  const source = await openSource({ file: path, stdin: context.stdin });
  const first = await firstRow(source.rows);
  const columns = source.columns ?? Object.keys(first);
  return { file: path, columns, first, flags: { ...draft.flags, file: path } };
}

async function firstRow(rows: AsyncIterable<Row | object>): Promise<Record<string, string>> {
  for await (const row of rows) {
    if ('cells' in row)
      return Object.fromEntries(Object.entries(row.cells).map(([name, cell]) => [name, String(cell)]));
  }
  return {};
}

async function askNumbers(draft: ListDraft, desk: Desk): Promise<ListDraft | undefined> {
  const guess = guessColumn(draft.columns, 'to');
  const column = await askColumn('Which column holds the numbers?', guess, draft, desk);
  return column === undefined ? undefined : withMap(draft, 'to', column);
}

function askColumn(
  message: string,
  guess: string | undefined,
  draft: ListDraft,
  { ask }: Desk,
): Promise<string | undefined> {
  const choices = draft.columns.map((column) => ({
    name: `${clean(column)}  ${truncate(clean(draft.first[column] ?? ''), 40)}`,
    short: clean(column),
    value: column,
  }));
  return ask(orBack(select<string | undefined>), {
    message,
    pageSize: 10,
    choices: [...choices, back],
    ...(guess !== undefined && { default: guess }),
  });
}

/** Adds one `--map`, in place of one for the same name. */
function withMap(draft: ListDraft, name: string, column: string): ListDraft {
  const others = mapsOf(draft).filter((map) => !map.startsWith(`${name}=`));
  return { ...draft, flags: { ...draft.flags, map: [...others, `${name}=${column}`] } };
}

const mapsOf = ({ flags }: ListDraft): readonly string[] => (flags['map'] as readonly string[] | undefined) ?? [];

async function askText(draft: ListDraft, desk: Desk): Promise<ListDraft | undefined> {
  const { body: _, template: __, ...flags } = draft.flags;
  const templates = Object.entries(namedTemplates(desk.session.config.templates));
  const hasBody = draft.columns.some((column) => foldName(column) === 'body');
  const name = await desk.ask(orBack(select<string | undefined>), {
    message: 'Text or template',
    pageSize: 8,
    choices: [
      { name: 'Write a text', value: '' },
      ...(hasBody ? [{ name: 'The column body of the file', value: 'body column' }] : []),
      ...templates.map(([name, { text }]) => ({
        name: `${clean(name)}  ${truncate(clean(text), 50)}`,
        short: name,
        value: `=${name}`,
      })),
      back,
    ],
  });
  if (name === undefined) return undefined;
  if (name === 'body column') return { ...draft, flags };
  if (name !== '') return { ...draft, flags: { ...flags, template: name.slice(1) } };
  const fields = draft.columns.map((column) => `{{ ${column.replaceAll(' ', '_')} }}`).join(' ');
  const body = await writeText(
    desk,
    String(draft.flags['body'] ?? ''),
    `From the file: ${truncate(clean(fields), 60)}. `,
  );
  return body === undefined ? askText(draft, desk) : { ...draft, flags: { ...flags, body } };
}

/** Which column fills each field of the text that no column is called like. */
async function askFields(draft: ListDraft, desk: Desk): Promise<ListDraft | undefined> {
  const { templates } = desk.session.config;
  const { template, body } = draft.flags;
  const named = typeof template === 'string' ? namedTemplates(templates)[template] : undefined;
  const text = named?.text ?? (typeof body === 'string' ? body : '');
  let mapped = draft;
  for (const field of parseTemplate(text).fields) {
    const isThere = draft.columns.some((column) => foldName(column) === foldName(field));
    if (isThere || named?.fields[field] !== undefined) continue;
    const column = await askColumn(`Which column is ${clean(field)}?`, guessField(draft.columns, field), draft, desk);
    if (column === undefined) return undefined;
    mapped = withMap(mapped, field, column);
  }
  return mapped;
}

async function askFrom(draft: ListDraft, desk: Desk): Promise<ListDraft | undefined> {
  if (hasSender(desk.session.config.defaults)) return draft;
  const sender = await askSender(desk);
  return sender && { ...draft, flags: { ...draft.flags, ...sender } };
}

/** Shows the plan and its problems, and sends just that when it is wanted: the file is not read again. */
async function review(first: ListDraft, desk: Desk): Promise<number | undefined> {
  const { session, context, ask } = desk;
  let draft = first;
  for (;;) {
    const chosen: { now: 'send' | 'text' | 'cancel' } = { now: 'cancel' };
    const approve = async ({ toSend }: Plan): Promise<boolean> => {
      chosen.now = await ask(select<typeof chosen.now>, {
        message: 'What now?',
        choices: [
          ...(toSend > 0 ? [{ name: `Send ${plural(toSend, 'message')}`, value: 'send' } as const] : []),
          { name: 'Change the text', value: 'text' },
          { name: 'Cancel', value: 'cancel' },
        ],
      });
      return chosen.now === 'send';
    };
    const exitCode = await sendBatch({ isDry: false, flags: draft.flags, approve }, session, context);
    if (exitCode !== undefined || chosen.now !== 'text') return exitCode;
    const changed = await askText(draft, desk);
    draft = (changed && (await askFields(changed, desk))) ?? draft;
  }
}
