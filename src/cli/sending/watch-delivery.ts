import type { DeliveryEvents } from '../../campaign/deliver.ts';
import { track } from '../../campaign/track.ts';
import type { Context } from '../../context.ts';
import type { SendResult } from '../../core/message.ts';
import { formatDuration, plural, quoted } from '../../core/text/wording.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { attemptLine } from '../../ui/messages.ts';
import { type Progress, progressLine, progressLog } from '../../ui/progress.ts';
import { statusWords } from '../../ui/report.ts';
import { connectedPortsOf, type Session } from '../session.ts';

/** How often the terminal's line changes, and how often a log gets one, in milliseconds. */
const redrawMs = 200;
const logMs = 30_000;

/**
 * Shows how a delivery goes: a live line on a terminal, one line every 30 s elsewhere, nothing when quiet or for one
 * message.
 */
export function watchDelivery(campaign: Campaign, session: Session, context: Context): DeliveryEvents {
  const { isQuiet } = session;
  const { terminal, err, status, env } = context;
  const isLive = terminal.stderrIsTty && env['TERM'] !== 'dumb';
  const tally = { accepted: 0, rejected: 0, unknown: 0 };
  let waiting: string | undefined;
  let paused: string | undefined;
  let isUndoSaid = false;
  let timer: NodeJS.Timeout | undefined;

  const start = (total: number): void => {
    const startedAt = context.monotonic();
    const progress = (): Progress => ({
      total,
      ...tally,
      elapsedMs: context.monotonic() - startedAt,
      waiting: paused ?? waiting,
    });
    const show = () =>
      isLive
        ? status(progressLine(progress(), session.workStyle.paint, terminal.columns))
        : err(progressLog(progress()));
    if (total > 1 && !isQuiet) timer = setInterval(show, isLive ? redrawMs : logMs);
  };
  return {
    onUndo: (leftMs) => {
      const text = `Sending in ${formatDuration(leftMs)}; Ctrl-C calls it back.`;
      if (isQuiet) return;
      if (terminal.stderrIsTty) status(text);
      else if (!isUndoSaid) err(text);
      isUndoSaid = true;
    },
    onStart: (pending) => {
      status('');
      start(pending);
    },
    onResult: (result, { to }) => {
      const { kind } = result;
      waiting = kind === 'retry' ? waitingText(result) : undefined;
      if (kind === 'accepted' || kind === 'rejected' || kind === 'unknown') tally[kind]++;
      if (session.isVerbose) err(attemptLine(to, result, session.workStyle));
    },
    onPaused: (isPaused) => {
      paused = isPaused ? 'paused' : undefined;
      if (isQuiet) return;
      err(isPaused ? `Paused. Go on with p in: volley watch ${quoted(campaign.name)}` : 'Going on.');
    },
    onResolving: (count) => {
      if (!isQuiet) err(`Looking at Twilio for ${plural(count, 'message')} that may have been sent …`);
    },
    onSent: () => {
      clearInterval(timer);
      if (isLive) status('');
    },
    onRound: watchArrivals(campaign, session, context),
  };
}

/** Shows after each round of asking how many messages have arrived. */
function watchArrivals(
  { id }: Campaign,
  session: Session,
  { terminal, env, status, err }: Context,
): (open: number) => Promise<void> {
  const isLive = terminal.stderrIsTty && env['TERM'] !== 'dumb';
  let shownBefore = '';
  return async (open) => {
    if (session.isQuiet) return;
    const words = statusWords(await (await session.ledger()).report(id));
    const line = open > 0 ? `${words}; ${open} still on their way` : words;
    if (isLive) status(`  ${line}`.slice(0, terminal.columns - 1));
    else if (line !== shownBefore) err(line);
    shownBefore = line;
  };
}

/** Asks Twilio for a campaign's messages until all have ended or `forMs` (milliseconds) are up, and shows how it goes; returns how many are open. */
export async function followShown(
  campaign: Campaign,
  forMs: number,
  session: Session,
  context: Context,
): Promise<number> {
  const ports = await connectedPortsOf(session, context);
  return track(campaign.id, { ...ports, forMs, onRound: watchArrivals(campaign, session, context) });
}

function waitingText({ cause, reason }: Extract<SendResult, { kind: 'retry' }>): string {
  return cause === 'busy' ? 'Twilio is busy: waiting' : `Twilio is out of reach (${reason}): trying again`;
}
