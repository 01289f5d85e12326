import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { type Parse, required, toggle, type ValuesOf } from '../options/option.ts';
import { duration } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';

const help = `In the ledger, of messages that were settled before then: numbers become pseudonyms, texts and wrong values go,
and so do replies that came before then, whole, and the copies made when the ledger was brought up to date. Counts,
SIDs, statuses and costs stay, opt-outs stay, and a named campaign still knows whom it has texted. Twilio's own records
are not touched: volley messages redact.
The pseudonyms need the file LEDGER.key beside the ledger, or its table pseudonym_key on a server.

Examples:
  volley purge --older-than 30d
  volley purge --older-than 90d --yes --quiet       from cron`;

const age: Parse<number> = (given) => {
  const parsed = duration('0s', '36500d')(given);
  return 'problem' in parsed ? { problem: `${parsed.problem}, or 30d` } : parsed;
};

const table = {
  olderThanMs: required('--older-than <time>', 'what was settled longer ago than this, as 30d', age),
  dryRun: toggle('--dry-run', 'say how many messages that is; change nothing'),
  yes: toggle('--yes', 'do not ask'),
};

/** Declares `volley purge`. */
export function declarePurge(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) =>
    withSession(options.session, context, (session) => purge(options, session, context)),
  );
}

async function purge(options: ValuesOf<typeof table>, session: Session, context: Context): Promise<number> {
  const before = context.now() - options.olderThanMs;
  const ledger = await session.ledger();
  const count = await ledger.purgeable(before);
  if (!options.dryRun && count > 0 && !options.yes) await confirm(count, session, context);
  const isDone = !options.dryRun;
  const purged = isDone ? await ledger.purge(before) : count;
  if (session.isJson) {
    const document = { schema: 'volley.purge/1', messages: purged, purged: isDone } as const;
    await printDocument(document, { session, context, hasChanged: isDone });
  } else if (!session.isQuiet) context.out(`${plural(purged, 'message')} ${isDone ? 'purged' : 'would be purged'}.`);
  return 0;
}

async function confirm(count: number, { canAsk }: Session, context: Context): Promise<void> {
  if (!canAsk) {
    throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Look with --dry-run, then add --yes.' });
  }
  const question = `Forget who was texted what in ${plural(count, 'message')}, for good?`;
  if (!(await context.confirm(question))) throw new CliError('interrupted', 'Nothing was changed.');
}
