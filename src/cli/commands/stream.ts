import type { Command } from 'commander';
import { deadlineOf } from '../../campaign/deadline.ts';
import { deliver } from '../../campaign/deliver.ts';
import { mappingOf, type RowRules, readRules } from '../../campaign/stage-input.ts';
import type { Context } from '../../context.ts';
import type { Message, SendResult } from '../../core/message.ts';
import { makePlanner, type PlannedRow } from '../../core/plan.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { inGroups } from '../../input/groups.ts';
import { readEvents } from '../../input/ndjson.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { issueLine } from '../../ui/lines.ts';
import { attemptLine, messageLine } from '../../ui/messages.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { mapping } from '../options/input.ts';
import { rowMessageOptions } from '../options/message.ts';
import { option } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { absent } from '../options/read.ts';
import { aroundSending, protection, sending } from '../options/sending.ts';
import { type Session, storesText, withSession } from '../session.ts';

const examples = `Each line on standard input is an event, a JSON object with the same names as the columns of a file. It is written
down and sent at once. Its id (--key, default "id") makes redelivery harmless: an id that came before is passed over,
also in a later run with the same --campaign. A bad event is reported, and the stream goes on.

Examples:
  tail -f orders.ndjson | volley stream --campaign orders --from +14155550199 --body 'Order {{ order }} has left us.'
  kcat -C -t texts | volley stream --campaign texts --key event_id --output ndjson`;

const table = {
  ...mapping,
  campaign: option('--campaign <name>', 'what the events belong to (default stream)', text, 'stream'),
  ...sending,
  ...protection,
  ...rowMessageOptions,
};

/** What `stream` is told. */
type StreamOptions = OptionsOf<typeof table>;

/** Declares `volley stream`. */
export function declareStream(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(table, stream);
}

/** How many events are written down in one commit. */
const groupSize = 500;

function stream(options: StreamOptions, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const rules = await readRules({ ...options, key: options.key ?? 'id' }, session, context.now());
    const storesTexts = storesText(options, session);
    await session.connect();
    const campaign = await campaignNamed(options.campaign, storesTexts, session);
    const { arrivals, count, failure } = await takeEvents({ campaign, rules, storesTexts }, session, context);
    const exitCode = await deliver(
      campaign,
      {
        ...{ ...absent(aroundSending), ...options, deadline, arrivals },
        invalid: () => count.wrong,
        onResult: (result, message) => tellResult(result, message, session, context),
        print: async () => undefined,
      },
      session,
      context,
    );
    if (!(session.isQuiet && exitCode === 0)) {
      const known = count.events - count.wrong - count.added;
      context.err(
        `${plural(count.events, 'event')}: ${count.added} new, ${known} known already, ${count.wrong} wrong.`,
      );
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

/** One line for each event that is settled, as JSON when that is asked for. */
function tellResult(result: SendResult, message: Message, session: Session, { out }: Context): void {
  const { kind, ...about } = result;
  if (kind === 'retry' || kind === 'stop' || session.isQuiet) return;
  const { key = null, to, line } = message;
  if (session.isJson || session.isNdjson) out(JSON.stringify({ key, line, to, state: kind, ...about }));
  else out(attemptLine(to, result, session.resultLook));
}

/** The same for one that is not sent. */
function tellState(message: Message, session: Session, { out }: Context): void {
  const { key = null, to, line, state, reason = null } = message;
  if (session.isQuiet) return;
  if (session.isJson || session.isNdjson) out(JSON.stringify({ key, line, to, state, reason }));
  else out(messageLine(message, session.resultLook));
}

/** What is wrong with an event; for a program it is one of the results, too. */
function tellWrong({ line, to, issues }: PlannedRow, session: Session, { out, err }: Context): void {
  for (const issue of issues) err(issueLine(issue, session.workLook));
  if ((session.isJson || session.isNdjson) && !session.isQuiet) {
    const problems = issues.map(({ column, value, problem }) => ({ column, value, problem }));
    out(JSON.stringify({ key: null, line, to, state: 'invalid', issues: problems }));
  }
}

async function campaignNamed(name: string, storesTexts: boolean, session: Session): Promise<Campaign> {
  const ledger = await session.ledger();
  const known = await ledger.find(name);
  if (known) return known;
  const plan = { name, stem: 'stream', source: 'stream', storesText: storesTexts };
  return (await ledger.stage(plan)).commit(`stream ${name}`);
}

interface Events {
  /** Each item names the senders of some that are in the ledger. */
  readonly arrivals: AsyncIterable<readonly string[]>;
  readonly count: { events: number; added: number; wrong: number };
  /** Why no more events could be taken in, where they ended so. */
  readonly failure: () => unknown;
}

interface Reading {
  readonly campaign: Campaign;
  readonly rules: RowRules;
  readonly storesTexts: boolean;
}

/** Reads events from standard input into the ledger, as many in one commit as have come. */
async function takeEvents(
  { campaign, rules, storesTexts }: Reading,
  session: Session,
  context: Context,
): Promise<Events> {
  const ledger = await session.ledger();
  const columns = mappingOf({ name: 'stdin' }, rules, session);
  const count = { events: 0, added: 0, wrong: 0 };
  let failure: unknown;
  const take = async function* (): AsyncGenerator<readonly string[]> {
    for await (const group of inGroups(readEvents(context.stdin), groupSize)) {
      // Times like +2h count from when the event came.
      const rows = group.map(makePlanner(columns, { ...rules.plan, nowMs: context.now() }));
      const wrong = rows.filter(({ state }) => state === 'invalid');
      for (const row of wrong) tellWrong(row, session, context);
      count.events += rows.length;
      count.wrong += wrong.length;
      const { added, skipped } = await ledger.append(campaign.id, rows, storesTexts);
      count.added += added - wrong.length;
      for (const message of skipped) tellState(message, session, context);
      yield [...new Set(rows.filter(({ state }) => state === 'pending').map(({ sender }) => sender))];
    }
  };
  const arrivals = async function* (): AsyncGenerator<readonly string[]> {
    try {
      yield* take();
    } catch (error) {
      failure = error;
    }
  };
  return { arrivals: arrivals(), count, failure: () => failure };
}
