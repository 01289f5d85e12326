import { hostname } from 'node:os';
import type { AroundValues, SendingValues } from '../cli/options/sending.ts';
import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import type { Message, SendResult } from '../core/message.ts';
import { defaultRetry, defaultRetryForMs } from '../core/outcome/after-send.ts';
import { deliveryExitCode, exitCodeOf, type Report, type RunEnd } from '../core/outcome/report.ts';
import { formatDuration, plural } from '../core/text/wording.ts';
import { type RunToEndOptions, runToEnd } from '../engine/run-to-end.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { Lease } from '../ledger/runs.ts';
import type { LogEvent } from '../log.ts';
import { messageJson, reportJson } from '../ui/json.ts';
import { shown } from '../ui/lines.ts';
import { reportLines } from '../ui/report.ts';
import { follow } from './follow.ts';
import { secondThought } from './second-thought.ts';
import { watchProgress } from './watch-progress.ts';

/** What a run is told beyond the config. */
export interface DeliverOptions extends Pick<SendingValues, 'limit' | 'breaker'>, AroundValues {
  /** From `deadlineOf`, asked before anything was written down. */
  readonly deadline: AbortSignal | undefined;
  /** How many rows of this run's input were wrong, asked for when it has ended. */
  readonly invalid?: () => number;
  /** How long to retry unless the config says otherwise, in milliseconds; absent: as long as a campaign is. */
  readonly retryForMs?: number;
  /** False: settle what is unknown first, and send only if something is to go out again. */
  readonly sendFirst?: boolean;
  /** More messages come while the run goes on; see `RunOptions`. */
  readonly arrivals?: AsyncIterable<readonly string[]>;
  /** Hears what became of each attempt. */
  readonly onResult?: (result: SendResult, claim: Message) => void;
  /** Prints the result; by default the report. */
  readonly print?: typeof printReport;
}

/** What a run came to. */
export interface Result {
  readonly campaign: Campaign;
  readonly report: Report;
  readonly exitCode: number;
}

/** The end that `send`, `batch`, `resume` and `reconcile` share: send, settle, report. Returns the exit code. */
export async function deliver(
  campaign: Campaign,
  options: DeliverOptions,
  session: Session,
  context: Context,
): Promise<number> {
  const { invalid = () => 0, print = printReport } = options;
  const ledger = await session.ledger();
  if (!(await secondThought(campaign, options.undoMs, session, context))) return exitCodes.interrupted;
  const lease = await acquire(campaign, session);
  const progress = await watchProgress(campaign, session, context);
  let end: RunEnd;
  try {
    end = await runToEnd(lease, {
      ...(await runOptions(options, session, context)),
      onResult: (result, claim) => {
        progress.onResult(result, claim);
        options.onResult?.(result, claim);
        context.log(attemptEvent(result, claim));
      },
      onSettling: (count) => {
        if (!session.isQuiet)
          context.err(`Looking at Twilio for ${plural(count, 'message')} that may have been sent …`);
      },
    });
  } finally {
    progress.stop();
    await ledger.release(lease);
  }
  const isFollowed = options.wait && !context.signal.aborted;
  const open = isFollowed ? await follow(campaign, options.forMs, session, context) : 0;
  const report = await ledger.report(campaign.id);
  // A run that died has told nobody what was refused: then all of the campaign counts, not only this run's part.
  const told = lease.tookOver ? report.counts : { invalid: invalid(), rejected: progress.tally.rejected };
  const { accepted } = progress.tally;
  const sent = exitCodeOf({ end, accepted, invalid: told.invalid, rejected: told.rejected }, report);
  const exitCode = isFollowed && (sent === 0 || sent === 3) ? deliveryExitCode(open, report) || sent : sent;
  context.log({ event: 'report', campaign: campaign.name, counts: report.counts, exitCode });
  if (!(session.isQuiet && exitCode === 0)) {
    sayEnd(end, session, context);
    await print({ campaign, report, exitCode }, session, context);
    sayOpen(campaign, report, session, context);
  }
  return exitCode;
}

function attemptEvent(result: SendResult, { id: messageId, campaignId, to }: Message): LogEvent {
  const { kind, sid, code, reason } = { sid: undefined, code: undefined, reason: undefined, ...result };
  return { event: 'attempt', campaignId, messageId, to, result: kind, sid, code, reason };
}

async function runOptions(options: DeliverOptions, session: Session, context: Context): Promise<RunToEndOptions> {
  const { limit, deadline, retryForMs = defaultRetryForMs, sendFirst = true } = options;
  const ledger = await session.ledger();
  const { config } = session;
  const { signal, now, monotonic, sleep, random } = context;
  return {
    ...{ signal, now, monotonic, sleep, random, retry: defaultRetry, sendFirst },
    ledger,
    provider: await session.connect(),
    arrivals: options.arrivals,
    callbackUrl: config.get('callback_url'),
    retryForMs: config.get('retry_for') ?? retryForMs,
    concurrency: config.get('concurrency') ?? 1,
    perSecond: config.get('rate'),
    limit,
    deadline,
    noBreaker: !options.breaker,
    timeoutMs: config.get('timeout') ?? 0,
    settleMs: config.get('settle') ?? 0,
    onUnknown: config.get('on_unknown') ?? 'hold',
  };
}

async function acquire(campaign: Campaign, session: Session): Promise<Lease> {
  const ledger = await session.ledger();
  const lease = await ledger.acquire(
    campaign.id,
    { host: hostname(), pid: process.pid },
    { maxCost: session.config.get('max_cost') },
  );
  if ('owner' in lease) return lease;
  const { host, pid } = lease.heldBy;
  throw new CliError('held', `Another run is sending ${campaign.name} (process ${pid} on ${host}).`, {
    hint: `Wait for it, or look with: volley report ${quoted(campaign.name)}`,
  });
}

/** The report on standard output, as text or JSON; with `--output ndjson` every message instead. */
export async function printReport(result: Result, session: Session, { out }: Context): Promise<void> {
  const { campaign, report, exitCode } = result;
  if (session.isNdjson) {
    for await (const message of (await session.ledger()).messages(campaign.id))
      out(JSON.stringify(messageJson(message)));
  } else if (session.isJson) out(JSON.stringify(reportJson(campaign, report, exitCode)));
  else for (const line of reportLines(campaign.name, report, session.resultLook)) out(line);
}

function sayEnd(end: RunEnd, { workLook }: Session, { err, now }: Context): void {
  const say = (text: string) => err(workLook.paint.yellow(shown(text, workLook)));
  switch (end.kind) {
    case 'finished':
    case 'limit':
      return;
    case 'interrupted':
      return say('Interrupted. What was on its way has been waited for and recorded.');
    case 'deadline':
      return say('Time is up. What was on its way has been waited for and recorded.');
    case 'breaker':
      return say(`Stopped: most of the last messages failed alike (${end.code ? `${end.code}: ` : ''}${end.reason}).`);
    case 'credentials':
      return say(`Stopped: Twilio refused the account (${end.code}: ${end.reason}). Nothing more was sent.`);
    case 'sender':
      return say(`Stopped sending from ${end.sender} (${end.code}: ${end.reason}).`);
    case 'unreachable':
      return say(`Gave up: ${end.reason}. What was not sent stays pending.`);
    case 'deferred':
      return say(`What is left waits for quiet hours to end, the first in ${formatDuration(end.untilMs - now())}.`);
    case 'recalled':
      return say('Stopped: the campaign was recalled. Nothing more of it is sent.');
    case 'budget':
      return say('Stopped: one more message could have cost more than --max-cost allows.');
    case 'lost-lease':
      return say('Stopped: another run has taken this campaign over.');
  }
}

function sayOpen({ name }: Campaign, { counts }: Report, { isSimulated }: Session, { err }: Context): void {
  const simulated = isSimulated ? ' --simulate' : '';
  if (counts.unknown > 0) {
    err(
      `${plural(counts.unknown, 'message')} may have been sent: no answer came, so volley does not send again by itself.`,
    );
    err(`Look again with:    volley reconcile ${quoted(name)}${simulated}`);
    err(`Send again with:    volley reconcile ${quoted(name)} --on-unknown resend${simulated}`);
  }
  if (counts.pending > 0) err(`Resume with: volley resume ${quoted(name)}${simulated}`);
}

/** A name as a shell takes it. */
export function quoted(name: string): string {
  return /^[\w.:@%+=,/-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
