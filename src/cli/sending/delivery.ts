import { type DeliverOptions, type DeliverPorts, deliver } from '../../campaign/deliver.ts';
import { exitCodeOfDelivery } from '../../campaign/exit-code.ts';
import type { Context } from '../../context.ts';
import type { Message, SendResult } from '../../core/message.ts';
import type { Report, RunEnd } from '../../core/outcome/report.ts';
import { formatDuration, plural, quoted } from '../../core/text/wording.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { LogEvent } from '../../log.ts';
import { messagesJson, reportJson } from '../../ui/json.ts';
import { shown, wrap } from '../../ui/lines.ts';
import { reportLines } from '../../ui/report.ts';
import type { EndedRun } from '../../ui/run.ts';
import { printDocument } from '../document.ts';
import { rehearsalNote, serverJson } from '../rehearsal.ts';
import { connectedPortsOf, type Session } from '../session.ts';
import { notifying } from './notify.ts';
import { watchDelivery } from './watch-delivery.ts';

/** What a command shows and takes in beside the sending itself. */
export interface DeliveryRun extends Pick<DeliverPorts, 'deadline' | 'arrivals'> {
  /** How many rows of this run's input were wrong, asked for when it has ended. */
  readonly invalid?: () => number;
  /** Hears what became of each attempt. */
  readonly onResult?: (result: SendResult, message: Message) => void;
  /** Prints the result; by default the report. */
  readonly print?: typeof printReport;
  /** Where a summary is posted when the run is over. */
  readonly notify?: string | undefined;
}

/** A campaign, how it stands, and what the shell is told. */
export interface Result {
  readonly campaign: Campaign;
  readonly report: Report;
  readonly exitCode: number;
}

/** Sends a campaign, shows how it goes, and prints what it came to: what `send`, `batch`, `stream` and `resume` share. */
export async function runDelivery(
  campaign: Campaign,
  options: DeliverOptions,
  run: DeliveryRun,
  tools: Tools,
): Promise<number> {
  const work = () => deliverShown(campaign, options, run, tools);
  return (await notifying(run.notify, campaign, work, tools)).exitCode;
}

interface Tools {
  readonly session: Session;
  readonly context: Context;
}

async function deliverShown(
  campaign: Campaign,
  options: DeliverOptions,
  run: DeliveryRun,
  { session, context }: Tools,
): Promise<Omit<EndedRun, 'campaign'>> {
  const { invalid = () => 0, print = printReport, deadline, arrivals } = run;
  const watch = watchDelivery(campaign, session, context);
  const onResult = (result: SendResult, message: Message): void => {
    watch.onResult?.(result, message);
    run.onResult?.(result, message);
    context.log(attemptEvent(result, message));
  };
  const ports = { ...(await connectedPortsOf(session, context)), deadline, arrivals };
  const delivered = await deliver(campaign, options, { ...ports, events: { ...watch, onResult } });
  const exitCode = exitCodeOfDelivery(delivered, invalid());
  const { end, report } = delivered;
  if (!end) {
    context.err(`Called back: ${plural(delivered.canceled, 'message')} canceled, nothing was sent.`);
    if (session.isJson) await print({ campaign, report, exitCode }, session, context);
    return { end: 'called back', exitCode, report };
  }
  context.log({ event: 'report', campaign: campaign.name, counts: report.counts, exitCode });
  if (!(session.isQuiet && exitCode === 0)) {
    sayEnd(end, session, context);
    await print({ campaign, report, exitCode }, session, context);
    sayOpen(campaign, report, session, context);
  }
  return { end: end.kind, exitCode, report };
}

/** An attempt, as the log has it. */
export function attemptEvent(result: SendResult, { id: messageId, campaignId, to }: Message): LogEvent {
  const { kind, sid, code, reason } = { sid: undefined, code: undefined, reason: undefined, ...result };
  return { event: 'attempt', campaignId, messageId, to, result: kind, sid, code, reason };
}

/** The report on standard output, as text or JSON; with `--output ndjson` every message instead. */
export async function printReport(result: Result, session: Session, context: Context): Promise<void> {
  if (session.isJson) return printReportDocument(result, {}, { session, context });
  const { campaign, report } = result;
  const note = rehearsalNote(session.server());
  if (note !== undefined) context.out(session.resultStyle.paint.yellow(wrap(note, session.resultStyle.width, 0)));
  for (const line of reportLines(campaign.name, report, session.resultStyle)) context.out(line);
}

/** The report for a program; `as` is the field for its messages, which are in it only then. */
export async function printReportDocument(
  { campaign, report, exitCode }: Result,
  { as }: { readonly as?: string },
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<void> {
  const items = messagesJson((await session.ledger()).messages(campaign.id));
  const listed = as === undefined ? { items } : { items, as };
  const document = { ...reportJson(campaign, report, exitCode), ...serverJson(session.server()) };
  await printDocument(document, { session, context, hasChanged: true }, listed);
}

function sayEnd(end: RunEnd, { workStyle }: Session, { err, now }: Context): void {
  const say = (text: string) => err(workStyle.paint.yellow(shown(text, workStyle)));
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
