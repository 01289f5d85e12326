import type { Command } from 'commander';
import { wholeSid } from '../../campaign/find.ts';
import type { Context } from '../../context.ts';
import { isMessageSid, meansMessageSid, type Row } from '../../core/message.ts';
import { guessColumn } from '../../core/request/column-guess.ts';
import { foldName } from '../../core/request/parameters.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, someFailed } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Provider } from '../../provider/provider.ts';
import { shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { choice, required, type ValuesOf } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';

const help = `Message Feedback is for messages sent with --provide-feedback true: it tells Twilio that the recipient did
what the message was for, as typing in the code.

Examples:
  volley feedback SM1234… --outcome confirmed
  volley feedback outcomes.csv                     columns: sid, outcome`;

const outcomes = ['confirmed', 'unconfirmed'] as const;

type Outcome = (typeof outcomes)[number];

const table = {
  sid: required('<sid>', 'the SID of a message or how it begins, or a file with the columns sid and outcome', text),
  outcome: choice('--outcome <word>', 'confirmed or unconfirmed', outcomes),
};

/** Declares `volley feedback`. */
export function declareFeedback(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => {
    if (meansMessageSid(options.sid) && options.outcome === undefined) {
      throw new CliError('usage', 'Which outcome?', { hint: '--outcome confirmed|unconfirmed' });
    }
    return withSession(options.session, context, (session) => feedback(options, session, context));
  });
}

async function feedback(
  { sid: given, outcome }: ValuesOf<typeof table>,
  session: Session,
  context: Context,
): Promise<number> {
  const ledger = await session.ledger();
  const wanted = meansMessageSid(given) ? await wholeSid(ledger, given) : given;
  const provider = await session.connect();
  if (isMessageSid(wanted) && outcome !== undefined) {
    const problem = await give(wanted, outcome, ledger, provider);
    if (problem !== undefined) throw new CliError('rule', `${wanted}: ${problem}`);
    const document = { schema: 'volley.feedback/1', counts: { rows: 1, given: 1, wrong: 0 } } as const;
    if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
    else if (!session.isQuiet) context.out(`${wanted} ${outcome}.`);
    return 0;
  }
  const count = { given: 0, wrong: 0 };
  for await (const row of (await openSource({ file: wanted, stdin: context.stdin, signal: context.signal })).rows) {
    const read = 'problem' in row ? row : readRow(row, outcome);
    const problem = 'problem' in read ? read.problem : await give(read.sid, read.outcome, ledger, provider);
    if (problem === undefined) count.given++;
    else {
      count.wrong++;
      context.err(`line ${row.line}: ${shown(problem, session.workStyle)}`);
    }
    if (context.signal.aborted) throw new CliError('interrupted', `Interrupted after line ${row.line}.`);
  }
  if (session.isJson) {
    const document = { schema: 'volley.feedback/1', counts: { rows: count.given + count.wrong, ...count } } as const;
    await printDocument(document, { session, context, hasChanged: true });
  } else if (!(session.isQuiet && count.wrong === 0))
    context.out(`${plural(count.given, 'outcome')} told, ${formatCount(count.wrong)} not.`);
  return count.wrong > 0 ? someFailed : 0;
}

function readRow(
  { cells }: Row,
  fallback: Outcome | undefined,
): { sid: string; outcome: Outcome } | { problem: string } {
  const byName = new Map(Object.entries(cells).map(([name, cell]) => [foldName(name), String(cell).trim()]));
  const sid = byName.get(guessColumn([...byName.keys()], 'sid') ?? '') ?? '';
  const outcome = (byName.get('outcome') || fallback) ?? '';
  if (!isMessageSid(sid)) return { problem: `"${sid}" is not the SID of a message` };
  return (outcomes as readonly string[]).includes(outcome)
    ? { sid, outcome: outcome as Outcome }
    : { problem: `"${outcome}" must be confirmed or unconfirmed` };
}

/** Tells Twilio; resolves to why that did not work, if it did not. */
async function give(sid: string, outcome: Outcome, ledger: Ledger, provider: Provider): Promise<string | undefined> {
  const message = await ledger.findSid(sid);
  if (message?.request && message.request.provideFeedback !== true) {
    return 'it was sent without --provide-feedback true, so Twilio takes no feedback on it.';
  }
  const problem = await provider.feedback(sid, outcome, message?.request?.accountSid);
  return problem?.startsWith('20404')
    ? 'Twilio knows no such message, or it was sent without --provide-feedback true.'
    : problem;
}
