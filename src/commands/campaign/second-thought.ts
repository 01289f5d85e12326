import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/ledger.ts';
import { parseDuration } from '../../settings.ts';
import { formatDuration, plural } from '../../ui/lines.ts';
import { type Flags, textFlag } from '../options.ts';
import type { Session } from '../session.ts';

/** With `--undo`, waits before anything is sent; false when Ctrl-C called it back, and then nothing of it is ever sent. */
export async function secondThought(
  campaign: Campaign,
  flags: Flags,
  session: Session,
  { err, status, terminal, now, sleep, signal }: Context,
): Promise<boolean> {
  const waitMs = undoMs(flags);
  if (waitMs === undefined) return true;
  const until = now() + waitMs;
  const tell = (leftMs: number) => `Sending in ${formatDuration(leftMs)}; Ctrl-C calls it back.`;
  if (!session.isQuiet && !terminal.stderrIsTty) err(tell(waitMs));
  while (now() < until && !signal.aborted) {
    if (!session.isQuiet && terminal.stderrIsTty) status(tell(until - now()));
    await sleep(Math.min(1000, until - now()), signal);
  }
  status('');
  if (!signal.aborted) return true;
  const canceled = await (await session.ledger()).cancelPending(campaign.id);
  err(`Called back: ${plural(canceled, 'message')} canceled, nothing was sent.`);
  return false;
}

/** How long `--undo` gives, in milliseconds. Throws a `CliError` for what is no time. */
function undoMs(flags: Flags): number | undefined {
  const text = textFlag(flags, 'undo');
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if ('problem' in parsed) throw new CliError('usage', `--undo ${text} ${parsed.problem}.`);
  return parsed.value;
}
