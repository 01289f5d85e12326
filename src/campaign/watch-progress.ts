import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import type { Message, SendResult } from '../core/message.ts';
import type { Campaign } from '../ledger/plans.ts';
import { attemptLine } from '../ui/messages.ts';
import { type Progress, progressLine, progressLog } from '../ui/progress.ts';

/** Counts a run's results and shows them while it goes on. */
export interface ProgressWatch {
  readonly tally: { readonly accepted: number; readonly rejected: number };
  readonly onResult: (result: SendResult, claim: Message) => void;
  readonly stop: () => void;
}

/** How often the terminal's line changes, and how often a log gets one, in milliseconds. */
const redrawMs = 200;
const logMs = 30_000;

/** Starts counting: a live line on a terminal, one line every 30 s elsewhere, nothing when quiet or for one message. */
export async function watchProgress(campaign: Campaign, session: Session, context: Context): Promise<ProgressWatch> {
  const queues = await (await session.ledger()).queues(campaign.id);
  const total = queues.reduce((sum, { pending }) => sum + pending, 0);
  const startedAt = context.monotonic();
  const tally = { accepted: 0, rejected: 0, unknown: 0 };
  let waiting: string | undefined;
  const progress = (): Progress => ({ total, ...tally, elapsedMs: context.monotonic() - startedAt, waiting });
  const isLive = context.terminal.stderrIsTty && context.env['TERM'] !== 'dumb';
  const isShown = total > 1 && !session.isQuiet;
  const timer = isShown && setInterval(show, isLive ? redrawMs : logMs);

  function show(): void {
    if (isLive) context.status(progressLine(progress(), session.workLook.paint, context.terminal.columns));
    else context.err(progressLog(progress()));
  }

  return {
    tally,
    onResult: (result, { to }) => {
      const { kind } = result;
      waiting = kind === 'retry' ? waitingText(result) : undefined;
      if (kind === 'accepted' || kind === 'rejected' || kind === 'unknown') tally[kind]++;
      if (session.isVerbose) context.err(attemptLine(to, result, session.workLook));
    },
    stop: () => {
      if (timer) clearInterval(timer);
      if (isLive) context.status('');
    },
  };
}

function waitingText({ cause, reason }: Extract<SendResult, { kind: 'retry' }>): string {
  return cause === 'busy' ? 'Twilio is busy: waiting' : `Twilio is out of reach (${reason}): trying again`;
}
