import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Message } from '../core/message.ts';
import { type PlannedRow, planRequest } from '../core/plan.ts';
import { flagOrigin, type RawRequest } from '../core/request/validate.ts';
import { isTemplate } from '../core/text/template.ts';
import { CliError, exitCodes, fileError } from '../errors.ts';
import { readWhole } from '../input/text.ts';
import type { Campaign } from '../ledger/ledger.ts';
import { messageJson, reportJson } from '../ui/json.ts';
import { shown } from '../ui/lines.ts';
import { messageLine } from '../ui/messages.ts';
import { deadlineOf } from './campaign/deadline.ts';
import { deliver, printReport, type Result } from './campaign/deliver.ts';
import { mediaRecheck } from './campaign/media.ts';
import { pricePlan, refuseCost } from './campaign/prices.ts';
import {
  type Act,
  addAroundSending,
  addParameters,
  addProtection,
  addSending,
  contentVariablesOf,
  type Flags,
  requestOf,
  textFlag,
} from './options.ts';
import { addIntroduction } from './page.ts';
import { planContextOf, type Session, storesText, withSession } from './session.ts';

const examples = `Examples:
  volley send --to +14155550100 --from +14155550199 --body 'Your table is ready.'
  echo 'Disk full on db1' | volley send --to +14155550100 --messaging-service-sid MG… --body -
  volley send --to +14155550100 --from +14155550199 --media-url https://example.com/a.png
  volley send --to +14155550100 --body 'Your code is 8812.' --campaign otp-8812    the same again sends nothing`;

/** Declares `volley send`. */
export function declareSend(command: Command, act: Act): void {
  addIntroduction(command, examples);
  addSending(addAroundSending(addProtection(addParameters(command))), '15s')
    .option('--body-file <file>', 'read the text from a file, - for standard input')
    .option('--campaign <name>', 'a name: running it again with it sends nothing twice')
    .option('--country <code>', 'country of numbers without +, as US');
  act((flags, context) => withSession(flags, context, (session) => sendMessages(flags, session, context)));
}

/** How long one message is retried when Twilio takes nothing, in milliseconds. */
const retryForMs = 15_000;

/** One message is a campaign of one: same validator, ledger and run as a batch. `isTyped`: the body is the text itself, also where it is -. */
export async function sendMessages(
  flags: Flags,
  session: Session,
  context: Context,
  { isTyped = false } = {},
): Promise<number> {
  const deadline = deadlineOf(flags, context);
  const rows = await planMessages(flags, isTyped ? {} : await bodyOf(flags, context), session, context);
  const campaign = await write(rows, flags, session, context);
  const exitCode = await deliver(campaign, { flags, deadline, retryForMs, print: printMessages }, session, context);
  const { rows: all, counts } = await (await session.ledger()).report(campaign.id);
  if (exitCode !== 0 || counts.skipped < all) return exitCode;
  context.err('Not sent: who has opted out is not texted.');
  return exitCodes.rule;
}

async function planMessages(
  flags: Flags,
  given: RawRequest,
  session: Session,
  context: Context,
): Promise<readonly PlannedRow[]> {
  const raw: RawRequest = { ...session.config.defaults, ...requestOf(flags), ...given };
  const variables = contentVariablesOf(flags);
  const base = Object.keys(variables).length > 0 ? { ...raw, contentVariables: JSON.stringify(variables) } : raw;
  const parse = await planContextOf(flags, session, context.now());
  const recipients = [raw.to ?? []].flat();
  const planned = (recipients.length > 0 ? recipients : ['']).map((to, i) =>
    planRequest({ ...base, to }, { ...flagOrigin, line: i + 1 }, parse),
  );
  const rows = await (await mediaRecheck(flags))(planned);
  const issue = rows.flatMap(({ issues }) => issues)[0];
  if (issue) {
    const value = issue.value === '' ? '' : ` "${shown(issue.value, session.workLook)}"`;
    throw new CliError('usage', `${issue.column}${value} ${issue.problem}.`, {
      ...(issue.hint && { hint: issue.hint }),
    });
  }
  for (const { column, problem } of rows[0]?.warnings ?? []) context.err(`note: ${column} ${problem}.`);
  if (typeof base.body === 'string' && isTemplate(base.body)) {
    context.err('note: the text has {{ }} in it, which send leaves as it is; batch fills it from columns.');
  }
  return rows;
}

async function bodyOf(flags: Flags, { stdin }: Context): Promise<RawRequest> {
  const file = textFlag(flags, 'bodyFile') ?? (flags['body'] === '-' ? '-' : undefined);
  if (file === undefined) return {};
  if (textFlag(flags, 'bodyFile') !== undefined && flags['body'] !== undefined) {
    throw new CliError('usage', 'Give --body or --body-file, not both.');
  }
  const text = file === '-' ? await readWhole(stdin, 'standard input') : readFile(file);
  // What ends a line in a file or a pipe is not part of what it says.
  return { body: text.replace(/\r?\n$/, '') };
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    throw fileError(cause, { doing: 'read', path: file }) ?? cause;
  }
}

async function write(rows: readonly PlannedRow[], flags: Flags, session: Session, context: Context): Promise<Campaign> {
  // Credentials first: what can't be sent is not written down.
  await session.connect();
  const ledger = await session.ledger();
  const staging = await ledger.stage({
    name: textFlag(flags, 'campaign'),
    stem: 'send',
    source: 'send',
    storesText: storesText(flags, session),
  });
  await staging.add(rows);
  const isLimited = session.config.get('max_cost') !== undefined;
  await pricePlan(staging, isLimited, session, context);
  if (isLimited) refuseCost(await staging.plan(), session);
  return staging.commit(`send ${staging.name}`);
}

async function printMessages(result: Result, session: Session, context: Context): Promise<void> {
  if (session.isNdjson) return printReport(result, session, context);
  const { campaign, report, exitCode } = result;
  const messages: Message[] = [];
  for await (const message of (await session.ledger()).messages(campaign.id)) messages.push(message);
  if (session.isJson) {
    context.out(JSON.stringify({ ...reportJson(campaign, report, exitCode), messages: messages.map(messageJson) }));
  } else for (const message of messages) context.out(messageLine(message, session.resultLook));
}
