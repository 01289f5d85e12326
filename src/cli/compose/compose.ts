import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { CampaignSummary } from '../../ledger/reports.ts';
import type { Log } from '../../log.ts';
import { orBack } from '../ask/ask.ts';
import { select } from '../ask/prompts.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { country } from '../options/input.ts';
import { option } from '../options/option.ts';
import { duration, text } from '../options/parsers.ts';
import { printReport } from '../sending/delivery.ts';
import { planContextOf, type Session, withSession } from '../session.ts';
import { withAccount } from './account.ts';
import { back, type Dialog, sayError } from './dialog.ts';
import { composeList } from './list-dialog.ts';
import { composeMessage } from './message-dialog.ts';
import { readContacts } from './recipient.ts';

const help = `Asks for everything: whom to text, what, from whom; shows it with its cost and what went to them before; then sends it
and shows how it arrives. Lists from files too. Going back is always possible, and Ctrl-C sends nothing.

Examples:
  volley compose --contacts customers.csv
  volley compose --simulate                  to learn it: nothing leaves this machine`;

const table = {
  contacts: option('--contacts <file>', 'a CSV, Excel or NDJSON file of people to choose from', text),
  country,
  undoMs: option(
    '--undo <time>',
    'wait this long before sending; Ctrl-C calls it back (default 5s)',
    duration('0s', '1h'),
    5000,
  ),
};

type ComposeOptions = OptionsOf<typeof table>;

/** Declares `volley compose`. */
export function declareCompose(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, async (options, context) => {
    const sessionOptions = await withAccount(options.session, context);
    if (sessionOptions === undefined) return 0;
    return withSession(sessionOptions, context, (session) => compose(options, session, context));
  });
}

/** The session with numbers unmasked: the preview of one message shows its number whole, so what follows may, too. */
function withUnmaskedNumbers(session: Session): Session {
  const unmasked = (style: Session['workStyle']) => ({ ...style, showPii: true });
  return { ...session, resultStyle: unmasked(session.resultStyle), workStyle: unmasked(session.workStyle) };
}

type Task = 'message' | 'list' | 'report' | 'quit';

const tasks: readonly { readonly name: string; readonly value: Task }[] = [
  { name: 'Send a message', value: 'message' },
  { name: 'Send to a list (CSV, Excel)', value: 'list' },
  { name: 'See what was sent', value: 'report' },
  { name: 'Quit', value: 'quit' },
];

async function compose(options: ComposeOptions, session: Session, context: Context): Promise<number> {
  if (!session.canAsk) {
    throw new CliError('usage', 'compose asks questions, and nobody is at a terminal to answer.', {
      hint: 'Use volley send or volley batch with flags.',
    });
  }
  let sent = 0;
  const log: Log = (event) => {
    // `unknown`: no answer came, and it may have gone out.
    if (event.event === 'attempt' && ['accepted', 'unknown'].includes(event.result)) sent++;
    context.log(event);
  };
  const dialog = await startDialog(options, session, { ...context, log });
  let exitCode = 0;
  try {
    for (;;) {
      const task = await dialog.ask(select<Task>, { message: 'What would you like to do?', choices: tasks });
      if (task === 'quit') return exitCode;
      const code = await doTask(task, dialog);
      if (code === undefined) continue;
      exitCode = code;
      // Ctrl-C during the send ends the whole dialog, not only this task.
      if (context.signal.aborted) return exitCode;
    }
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'interrupted') throw error;
    throw new CliError(
      'interrupted',
      `${error.message} ${sent === 0 ? 'Nothing was sent.' : 'Nothing more was sent.'}`,
    );
  }
}

async function startDialog(
  { contacts: file, undoMs }: ComposeOptions,
  session: Session,
  context: Context,
): Promise<Dialog> {
  const planContext = await planContextOf(session, context.now());
  const contacts =
    file === undefined ? [] : await readContacts(resolve(context.cwd, file), planContext.normalizePhone, context);
  return { undoMs, session, context, planContext, contacts, ask: context.ask, say: context.err, memory: {} };
}

/** Does one task. A `CliError` is shown, and the next task can be chosen; Ctrl-C and refused credentials end the dialog. */
async function doTask(task: Exclude<Task, 'quit'>, dialog: Dialog): Promise<number | undefined> {
  try {
    if (task === 'message') return await composeMessage({ ...dialog, session: withUnmaskedNumbers(dialog.session) });
    return await (task === 'list' ? composeList(dialog) : showReport(dialog));
  } catch (error) {
    if (!(error instanceof CliError) || error.code === 'interrupted' || error.code === 'credentials') throw error;
    sayError(error, dialog.say);
    return error.exitCode;
  }
}

async function showReport({ ask, session, context }: Dialog): Promise<undefined> {
  const ledger = await session.ledger();
  const latest = await ledger.campaigns(20);
  const chosen = await ask(orBack(select<CampaignSummary | undefined>), {
    message: latest.length === 0 ? 'Nothing was sent yet.' : 'Which?',
    pageSize: 10,
    choices: [...latest.map((campaign) => ({ name: campaignLine(campaign), value: campaign })), back],
  });
  if (!chosen) return;
  await printReport({ campaign: chosen, report: await ledger.report(chosen.id), exitCode: 0 }, session, context);
}

function campaignLine({ name, createdAt, counts }: CampaignSummary): string {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `${new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ')}  ${clean(name)}  ${plural(rows, 'row')}`;
}
