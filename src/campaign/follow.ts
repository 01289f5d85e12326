import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import { track } from '../engine/track.ts';
import type { Campaign } from '../ledger/plans.ts';
import { statusWords } from '../ui/report.ts';

/** Asks Twilio for a campaign's messages until all have ended or `forMs` (milliseconds) are up, and shows how it goes; returns how many are open. */
export async function follow(
  campaign: Campaign,
  forMs: number,
  session: Session,
  { now, monotonic, sleep, signal, status, err, terminal, env }: Context,
): Promise<number> {
  const ledger = await session.ledger();
  const isLive = terminal.stderrIsTty && env['TERM'] !== 'dumb';
  let told = '';
  const open = await track(campaign.id, {
    ...{ ledger, now, monotonic, sleep, signal, forMs },
    provider: await session.connect(),
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
