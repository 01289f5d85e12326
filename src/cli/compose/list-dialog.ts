import { templateOf, templateProblem } from '../../campaign/templates.ts';
import type { Row } from '../../core/message.ts';
import type { Plan } from '../../core/plan.ts';
import { guessColumn, guessField } from '../../core/request/column-guess.ts';
import { foldName } from '../../core/request/parameters.ts';
import { clean } from '../../core/text/clean.ts';
import { parseTemplate } from '../../core/text/template.ts';
import { plural } from '../../core/text/wording.ts';
import { openSource } from '../../input/open-source.ts';
import { truncate } from '../../ui/lines.ts';
import { discardingKeys, orBack } from '../ask/ask.ts';
import { select } from '../ask/prompts.ts';
import { type BatchOptions, noBatchOptions } from '../options/batch.ts';
import { type Approval, sendBatch } from '../sending/batch.ts';
import { askSender, hasSender } from './details.ts';
import { back, type Dialog, tryFile } from './dialog.ts';
import { askFile } from './file.ts';
import { type TemplateChoice, templateChoices, writeText } from './text.ts';

/** A campaign as it is put together: its file, and the answers as the options of `volley batch`. */
interface ListDraft {
  readonly file?: string;
  readonly columns: readonly string[];
  /** The first row's values, to show what a column holds. */
  readonly first: Readonly<Record<string, string>>;
  readonly options: BatchOptions;
}

type Step = (draft: ListDraft, dialog: Dialog) => Promise<ListDraft | undefined>;

const steps: readonly Step[] = [askSource, askNumbers, askText, askFields, askFrom];

/** Puts a campaign together from a file, shows its plan and its problems, and sends it if that is wanted. */
export async function composeList(dialog: Dialog): Promise<number | undefined> {
  await dialog.session.connect();
  let draft: ListDraft = { columns: [], first: {}, options: { ...noBatchOptions, undoMs: dialog.undoMs } };
  let goesForward = true;
  for (let at = 0; at < steps.length; ) {
    const before = draft;
    const next = await steps[at]?.(draft, dialog);
    // On the way back a step without a question is passed over: going forward from it would ask the same step again.
    goesForward = next !== undefined && (goesForward || next !== before);
    if (next) draft = next;
    at += goesForward ? 1 : -1;
    if (at < 0) return undefined;
  }
  return review(draft, dialog);
}

async function askSource(draft: ListDraft, dialog: Dialog): Promise<ListDraft | undefined> {
  const path = await askFile(dialog);
  if (path === undefined) return undefined;
  const opened = await tryFile(async () => {
    const source = await openSource({ file: path, stdin: dialog.context.stdin });
    return { source, first: await firstRow(source.rows) };
  }, dialog.say);
  if (!opened) return askSource(draft, dialog);
  const { source, first } = opened;
  const columns = source.columns ?? Object.keys(first);
  return { file: path, columns, first, options: { ...draft.options, file: path } };
}

async function firstRow(rows: AsyncIterable<Row | object>): Promise<Record<string, string>> {
  for await (const row of rows) {
    if ('cells' in row)
      return Object.fromEntries(Object.entries(row.cells).map(([name, cell]) => [name, String(cell)]));
  }
  return {};
}

async function askNumbers(draft: ListDraft, dialog: Dialog): Promise<ListDraft | undefined> {
  const guess = guessColumn(draft.columns, 'to');
  const column = await askColumn('Which column holds the numbers?', guess, draft, dialog);
  return column === undefined ? undefined : withMap(draft, 'to', column);
}

function askColumn(
  message: string,
  guess: string | undefined,
  draft: ListDraft,
  { ask, context }: Dialog,
): Promise<string | undefined> {
  const choices = draft.columns.map((column) => ({
    name: truncate(`${clean(column)}  ${clean(draft.first[column] ?? '')}`, context.terminal.columns - 3),
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

/** Adds one `--map`; an earlier one for the same name is replaced. */
function withMap(draft: ListDraft, name: string, column: string): ListDraft {
  const others = draft.options.maps.filter((map) => !map.startsWith(`${name}=`));
  return { ...draft, options: { ...draft.options, maps: [...others, `${name}=${column}`] } };
}

async function askText(draft: ListDraft, dialog: Dialog): Promise<ListDraft | undefined> {
  const options = { ...draft.options, body: undefined, template: undefined };
  const hasBody = draft.columns.some((column) => foldName(column) === 'body');
  const chosen = await dialog.ask(orBack(select<TextChoice | undefined>), {
    message: 'Text or template',
    pageSize: 8,
    choices: [
      { name: 'Write a text', value: { kind: 'free' } },
      ...(hasBody ? [{ name: 'The column body of the file', value: { kind: 'column' } as const }] : []),
      ...(await templateChoices(dialog)),
      back,
    ],
  });
  if (chosen === undefined) return undefined;
  if (chosen.kind === 'column') return { ...draft, options };
  if (chosen.kind === 'template') return { ...draft, options: { ...options, template: chosen.from } };
  const fields = draft.columns.map((column) => `{{ ${column.replaceAll(' ', '_')} }}`).join(' ');
  const about = `From the file: ${truncate(clean(fields), 60)}. `;
  for (let written = String(draft.options.body ?? ''); ; ) {
    const body = await writeText(dialog, written, about);
    if (body === undefined) return askText(draft, dialog);
    const problem = await templateProblem(body);
    if (problem === undefined) return { ...draft, options: { ...options, body } };
    dialog.say(clean(problem));
    written = body;
  }
}

type TextChoice = TemplateChoice | { readonly kind: 'free' } | { readonly kind: 'column' };

/** Asks which column fills each field of the text that has the name of no column. Undefined: back. */
async function askFields(draft: ListDraft, dialog: Dialog): Promise<ListDraft | undefined> {
  const { template, body } = draft.options;
  const named = template === undefined ? undefined : await templateOf(template, dialog.session.config.templates);
  const text = named?.text ?? (typeof body === 'string' ? body : '');
  let mapped = draft;
  for (const field of (await parseTemplate(text)).fields) {
    const isThere = draft.columns.some((column) => foldName(column) === foldName(field));
    if (isThere || named?.fields[field] !== undefined) continue;
    const column = await askColumn(`Which column is ${clean(field)}?`, guessField(draft.columns, field), draft, dialog);
    if (column === undefined) return undefined;
    mapped = withMap(mapped, field, column);
  }
  return mapped;
}

async function askFrom(draft: ListDraft, dialog: Dialog): Promise<ListDraft | undefined> {
  const known = dialog.memory.sender;
  if (!known && hasSender(dialog.session.config.defaults)) return draft;
  const sender = known ?? (await askSender(dialog));
  return sender && { ...draft, options: { ...draft.options, ...sender } };
}

/** Shows the plan and its problems, and sends exactly that plan if it is approved: the file is not read again. */
async function review(first: ListDraft, dialog: Dialog): Promise<number | undefined> {
  const { session, context, ask } = dialog;
  let draft = first;
  for (;;) {
    let wantsText = false;
    const approve = async ({ toSend }: Plan): Promise<Approval> => {
      const decision = await ask(discardingKeys(select<Approval | 'text'>), {
        message: 'What now?',
        choices: [
          ...(toSend > 0
            ? ([
                { name: `Send ${plural(toSend, 'message')}`, value: 'send' },
                { name: 'Send and watch them arrive', value: 'send-and-wait' },
              ] as const)
            : []),
          { name: 'Change the text', value: 'text' },
          { name: 'Cancel', value: 'no' },
        ],
      });
      wantsText = decision === 'text';
      return decision === 'text' ? 'no' : decision;
    };
    const exitCode = await sendBatch({ options: draft.options, approve }, session, context);
    if (!wantsText) return exitCode;
    const changed = await askText(draft, dialog);
    draft = (changed && (await askFields(changed, dialog))) ?? draft;
  }
}
