import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import { formatDuration, plural } from '../core/text/wording.ts';
import type { Campaign } from '../ledger/plans.ts';

/** Where `waitMs` (milliseconds) is given, waits before anything is sent; false when Ctrl-C called it back, and then nothing of it is ever sent. */
export async function secondThought(
  campaign: Campaign,
  waitMs: number | undefined,
  session: Session,
  { err, status, terminal, monotonic, sleep, signal }: Context,
): Promise<boolean> {
  if (waitMs === undefined) return true;
  const until = monotonic() + waitMs;
  const tell = (leftMs: number) => `Sending in ${formatDuration(leftMs)}; Ctrl-C calls it back.`;
  if (!session.isQuiet && !terminal.stderrIsTty) err(tell(waitMs));
  while (monotonic() < until && !signal.aborted) {
    if (!session.isQuiet && terminal.stderrIsTty) status(tell(until - monotonic()));
    await sleep(Math.min(1000, until - monotonic()), signal);
  }
  status('');
  if (!signal.aborted) return true;
  const canceled = await (await session.ledger()).cancelPending(campaign.id);
  err(`Called back: ${plural(canceled, 'message')} canceled, nothing was sent.`);
  return false;
}
