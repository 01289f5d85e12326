import { deadlineOf } from '../../campaign/deadline.ts';
import { openCampaign, takeEvents } from '../../campaign/stream.ts';
import type { Context } from '../../context.ts';
import type { Message, SendResult } from '../../core/message.ts';
import { noReason, reasonInWords } from '../../core/outcome/error-codes.ts';
import type { PlannedRow } from '../../core/plan.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { readEvents } from '../../input/ndjson.ts';
import { issueLine } from '../../ui/lines.ts';
import { attemptLine, messageLine } from '../../ui/messages.ts';
import { linePrinter } from '../document.ts';
import { deliverOptionsOf } from '../options/delivery.ts';
import { absent } from '../options/read.ts';
import { rowRulesOf } from '../options/rules.ts';
import { aroundSending } from '../options/sending.ts';
import type { StreamOptions } from '../options/stream.ts';
import { connectedPortsOf, planContextOf, type Session, storesText, withSession } from '../session.ts';
import { printReport, runDelivery } from './delivery.ts';

/** `volley stream`. */
export function stream(options: StreamOptions, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const plan = await planContextOf(session, context.now(), options);
    const given = { ...options, key: options.key ?? 'id' };
    const rules = await rowRulesOf(given, { config: session.config, plan, style: session.workStyle });
    const storesTexts = storesText(options, session);
    const ports = await connectedPortsOf(session, context);
    const campaign = await openCampaign(ports.ledger, {
      ...{ name: options.campaign, stem: 'stream', source: 'stream', storesText: storesTexts },
    });
    const lines = linePrinter({ session, context, hasChanged: true });
    const telling: Telling = { session, context, tell: lines.print };
    const { arrivals, count, failure } = await takeEvents(
      readEvents(context.stdin),
      {
        ...{ campaign, rules, storesText: storesTexts },
        events: {
          onWrong: (row, key) => tellWrong({ row, key }, telling),
          onSkipped: (message) => tellState(message, telling),
          onKnown: (message) => tellKnown(message, telling),
        },
      },
      ports,
    );
    const exitCode = await runDelivery(
      campaign,
      deliverOptionsOf({ ...absent(aroundSending), ...options }, session.config),
      {
        ...{ deadline, arrivals, notify: options.notify },
        invalid: () => count.wrong,
        onResult: (result, message) => tellResult(result, message, telling),
        print: async (...result) => (session.isJson && !session.isNdjson ? printReport(...result) : undefined),
      },
      { session, context },
    );
    await lines.end();
    if (!(session.isQuiet && exitCode === 0)) {
      const known = count.events - count.wrong - count.added;
      const parts = [
        `${formatCount(count.added)} new`,
        `${formatCount(known)} known already`,
        `${formatCount(count.wrong)} wrong`,
      ];
      context.err(`${plural(count.events, 'event')}: ${parts.join(', ')}.`);
    }
    const broken = failure();
    // Thrown only now: what had come by then is written down, sent and recorded.
    if (broken !== undefined && !context.signal.aborted) throw brokenOff(broken, count.events);
    return exitCode;
  });
}

/** Why the events broke off. As wrong input it would say that nothing was sent. */
function brokenOff(failure: unknown, events: number): unknown {
  if (!(failure instanceof CliError) || events === 0) return failure;
  const hint = 'What came before is written down and recorded. Start the stream again for what comes after.';
  return new CliError('open', failure.message, { hint, cause: failure });
}

/** What of an event is told how. */
interface Telling {
  readonly session: Session;
  readonly context: Context;
  /** Prints a line of JSON. */
  readonly tell: (item: object) => void;
}

/** One line for each event that is settled, as JSON when that is asked for. */
function tellResult(result: SendResult, message: Message, { session, context, tell }: Telling): void {
  const { kind, ...about } = result;
  if (kind === 'retry' || kind === 'stop' || session.isQuiet) return;
  const { key = null, to, line } = message;
  if (session.isNdjson) tell({ key, line, to, state: kind, ...about, ...reasonOf(result) });
  else if (!session.isJson) context.out(attemptLine(to, result, session.resultStyle));
}

/** Why it was not taken, in words: Twilio may have given only a code. */
function reasonOf(result: SendResult): { readonly reason?: string } {
  if (result.kind !== 'rejected' && result.kind !== 'unknown') return {};
  const code = 'code' in result ? result.code : undefined;
  return { reason: reasonInWords(code, result.reason) ?? noReason };
}

/** The same for one that is not sent. */
function tellState(message: Message, { session, context, tell }: Telling): void {
  const { key = null, to, line, state, reason = null } = message;
  if (session.isQuiet) return;
  if (session.isNdjson) tell({ key, line, to, state, reason });
  else if (!session.isJson) context.out(messageLine(message, session.resultStyle));
}

/** One that came before: how the message stands that it became then, so that whoever sent it again knows that it is here. */
function tellKnown(message: Message, { session, context, tell }: Telling): void {
  const { key = null, to, line, state, sid, code, reason } = message;
  if (session.isQuiet) return;
  if (session.isNdjson) tell({ key, line, to, state, known: true, ...{ sid, code, reason } });
  else if (!session.isJson) context.out(`${messageLine(message, session.resultStyle)}  (known already)`);
}

/** What is wrong with an event; for a program it is one of the results, too. */
function tellWrong(
  { row: { line, to, issues }, key }: { readonly row: PlannedRow; readonly key: string | undefined },
  { session, context, tell }: Telling,
): void {
  for (const issue of issues) context.err(issueLine(issue, session.workStyle));
  if (!session.isNdjson || session.isQuiet) return;
  const problems = issues.map(({ column, value, problem }) => ({ column, value, problem }));
  tell({ key: key ?? null, line, to, state: 'invalid', issues: problems });
}
