import type { Command } from 'commander';
import { giveFeedback, giveFeedbackOfRows, outcomes } from '../../campaign/feedback.ts';
import { wholeSid } from '../../campaign/find.ts';
import type { Context } from '../../context.ts';
import { isMessageSid, meansMessageSid } from '../../core/message.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, someFailed } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
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
  const { stdin, signal, out, err } = context;
  const ledger = await session.ledger();
  const wanted = meansMessageSid(given) ? await wholeSid(ledger, given) : given;
  const ports = { ledger, provider: await session.connect() };
  if (isMessageSid(wanted) && outcome !== undefined) {
    const problem = await giveFeedback(wanted, outcome, ports);
    if (problem !== undefined) throw new CliError('rule', `${wanted}: ${problem}`);
    const document = { schema: 'volley.feedback/1', counts: { rows: 1, given: 1, wrong: 0 } } as const;
    if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
    else if (!session.isQuiet) out(`${wanted} ${outcome}.`);
    return 0;
  }
  const { rows } = await openSource({ file: wanted, stdin, signal });
  const onWrong = (line: number, problem: string) => err(`line ${line}: ${shown(problem, session.workStyle)}`);
  const count = await giveFeedbackOfRows(rows, outcome, { ...ports, signal, onWrong });
  if (session.isJson) {
    const document = { schema: 'volley.feedback/1', counts: { rows: count.given + count.wrong, ...count } } as const;
    await printDocument(document, { session, context, hasChanged: true });
  } else if (!(session.isQuiet && count.wrong === 0))
    out(`${plural(count.given, 'outcome')} told, ${formatCount(count.wrong)} not.`);
  return count.wrong > 0 ? someFailed : 0;
}
