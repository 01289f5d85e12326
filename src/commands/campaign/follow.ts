import type { Context } from '../../context.ts';
import { track } from '../../engine/track.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/ledger.ts';
import { parseDuration } from '../../settings.ts';
import { statusWords } from '../../ui/report.ts';
import { type Flags, textFlag } from '../options.ts';
import type { Session } from '../session.ts';

/** How long is asked unless `--for` says otherwise, in milliseconds. */
const defaultForMs = 900_000;

/** Asks Twilio for a campaign's messages until all have ended or time is up, and shows how it goes; returns how many are open. */
export async function follow(
  campaign: Campaign,
  flags: Flags,
  session: Session,
  { now, sleep, signal, status, err, terminal, env }: Context,
): Promise<number> {
  const ledger = await session.ledger();
  const isLive = terminal.stderrIsTty && env['TERM'] !== 'dumb';
  let told = '';
  const open = await track(campaign.id, {
    ...{ ledger, now, sleep, signal, forMs: forMs(flags) },
    transport: await session.connect(),
    onRound: async (left) => {
      if (session.isQuiet) return;
      const words = statusWords(await ledger.report(campaign.id));
      const line = left > 0 ? `${words}; ${left} still on their way` : words;
      if (isLive) status(`  ${line}`.slice(0, terminal.columns - 1));
      else if (line !== told) err(line);
      told = line;
    },
  });
  status('');
  return open;
}

/** How long `--for` says to go on asking, in milliseconds. */
export function forMs(flags: Flags): number {
  const text = textFlag(flags, 'for');
  if (text === undefined) return defaultForMs;
  const parsed = parseDuration(text);
  if ('problem' in parsed) throw new CliError('usage', `--for ${text} ${parsed.problem}.`);
  return parsed.value;
}
