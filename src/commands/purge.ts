import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import { parseDuration } from '../settings.ts';
import { plural } from '../ui/lines.ts';
import { type Act, type Flags, textFlag } from './options.ts';
import { addIntroduction } from './page.ts';
import { type Session, withSession } from './session.ts';

const help = `In the ledger, of messages that were settled before then: numbers become pseudonyms, texts and wrong values go,
and so do the copies made when the ledger was brought up to date. Counts, SIDs, statuses and costs stay, opt-outs stay,
and a named campaign still knows whom it has texted. Twilio's own records are not touched: volley messages redact.
The pseudonyms need the file LEDGER.key beside the ledger.

Examples:
  volley purge --older-than 30d
  volley purge --older-than 90d --yes --quiet       from cron`;

/** Declares `volley purge`. */
export function declarePurge(command: Command, act: Act): void {
  addIntroduction(command, help);
  command
    .requiredOption('--older-than <time>', 'what was settled longer ago than this, as 30d')
    .option('--dry-run', 'say how many messages that is; change nothing')
    .option('--yes', 'do not ask');
  act((flags, context) => withSession(flags, context, (session) => purge(flags, session, context)));
}

async function purge(flags: Flags, session: Session, context: Context): Promise<number> {
  const before = context.now() - ageOf(flags);
  const ledger = await session.ledger();
  const count = await ledger.purgeable(before);
  if (flags['dryRun'] !== true && count > 0 && flags['yes'] !== true) await confirm(count, session, context);
  const isDone = flags['dryRun'] !== true;
  const purged = isDone ? await ledger.purge(before) : count;
  if (session.isJson) context.out(JSON.stringify({ messages: purged, purged: isDone }));
  else if (!session.isQuiet) context.out(`${plural(purged, 'message')} ${isDone ? 'purged' : 'would be purged'}.`);
  return 0;
}

async function confirm(count: number, { canAsk }: Session, context: Context): Promise<void> {
  if (!canAsk) {
    throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Look with --dry-run, then add --yes.' });
  }
  const question = `Forget who was texted what in ${plural(count, 'message')}, for good?`;
  if (!(await context.confirm(question))) throw new CliError('interrupted', 'Nothing was changed.');
}

function ageOf(flags: Flags): number {
  const text = textFlag(flags, 'olderThan') ?? '';
  const parsed = parseDuration(text);
  if ('problem' in parsed) throw new CliError('usage', `--older-than ${text} ${parsed.problem}, or 30d.`);
  return parsed.value;
}
