import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { overflows } from '../core/cost/sender-rate.ts';
import { type Plan, sameInputMs } from '../core/plan.ts';
import { maxValidityPeriodSeconds } from '../core/request/limits.ts';
import { CliError } from '../errors.ts';
import type { Campaign, Ledger, Staging } from '../ledger/ledger.ts';
import { planJson } from '../ui/json.ts';
import { formatCount, formatDuration, plural } from '../ui/lines.ts';
import { type PlanView, planLines } from '../ui/plan.ts';
import { deadlineOf } from './campaign/deadline.ts';
import { deliver, quoted } from './campaign/deliver.ts';
import { addFileOptions, addMapping } from './campaign/input-options.ts';
import { type ApprovedPlan, readPlanFile, writePlanFile } from './campaign/plan-file.ts';
import { asksForPrices, pricePlan, refuseCost } from './campaign/prices.ts';
import { type StagedInput, stageInput } from './campaign/stage-input.ts';
import { type Finding, findingJson, findingLine, findingsExitCode } from './doctor/finding.ts';
import { checkPlan } from './doctor/online.ts';
import {
  type Act,
  addAroundSending,
  addGroup,
  addParameters,
  addProtection,
  addSending,
  type Flags,
  requestOf,
  textFlag,
} from './options.ts';
import { addIntroduction } from './page.ts';
import { type Session, storesText, withSession } from './session.ts';

const examples = `Examples:
  volley batch customers.csv --from +14155550199 --body 'Hi {{ first_name }}, we open at nine.'
  volley batch customers.csv --template reminder.liquid --dry-run     the plan and every problem, nothing sent
  volley batch customers.csv --template reminder.liquid --campaign spring-sale --yes --quiet
                                                                      from cron: each customer once, ever
  cat events.ndjson | volley batch - --messaging-service-sid MG… --yes --json`;

/** Declares `volley batch`. */
export function declareBatch(command: Command, act: Act): void {
  addIntroduction(command, examples);
  addFileOptions(addMapping(command.argument('[file]', fileAbout)));
  addGroup(command, 'Sending:', [
    ['--campaign <name>', 'a name: running it again sends only what is new or unsent'],
    ['--again', 'send the same input again within 24 h'],
    ['--dry-run', 'show the plan and every problem; send nothing'],
    ['--plan <file>', 'write the plan to a file for somebody to look at; send nothing'],
    ['--apply <file>', 'send such a plan, if nothing it was made of has changed'],
    ['--yes', 'do not ask'],
  ]);
  addSending(addAroundSending(command), '10m');
  addParameters(addProtection(command), ['to']);
  act((flags, context) => batch(flags['dryRun'] === true || flags['plan'] !== undefined, flags, context));
}

const fileAbout = 'CSV or Excel workbook with a header, or NDJSON; - is standard input';

const checkExamples = `Examples:
  volley check customers.csv --template reminder.liquid
  volley check list.csv --map to=phone --country US --body 'Hi {{ name }}'
  volley check customers.csv --template reminder.liquid --online --json`;

/** Declares `volley check`. */
export function declareCheck(command: Command, act: Act): void {
  addIntroduction(command, checkExamples);
  addFileOptions(addMapping(command.argument('<file>', fileAbout)));
  command
    .option('--campaign <name>', 'the campaign it would be part of')
    .option('--rate <n>', 'messages a second per sender')
    .option('--online', 'ask Twilio for prices, and whether senders, countries and balance allow it');
  addParameters(addProtection(command), ['to']);
  act((flags, context) => batch(true, flags, context));
}

function batch(isDry: boolean, given: Flags, context: Context): Promise<number> {
  const approved = approvedPlan(given);
  const flags = approved?.flags ?? given;
  return withSession(flags, context, async (session) => {
    approved?.checkAccount(session.config.get('account_sid'));
    return (await sendBatch({ isDry, flags, approved }, session, context)) ?? 0;
  });
}

/** What to do with a file. */
export interface BatchWork {
  /** Only show its plan. */
  readonly isDry: boolean;
  readonly flags: Flags;
  readonly approved?: ApprovedPlan | undefined;
  /** Decides about a plan that was shown; without it the flags or a question do. */
  readonly approve?: (plan: Plan) => Promise<Approval>;
}

/** What somebody decides about a plan. */
export type Approval = 'send' | 'send-and-wait' | 'no';

/** A file from its rows to its report, or to its plan when it is only looked at. Undefined: it was not approved. */
export async function sendBatch(work: BatchWork, session: Session, context: Context): Promise<number | undefined> {
  const { isDry, flags, approved, approve } = work;
  const mayGo = isDry || flags['yes'] === true || session.isSimulated || session.canAsk;
  if (!mayGo) {
    throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Look with --dry-run, then add --yes.' });
  }
  const deadline = deadlineOf(flags, context);
  // Credentials first: a plan that can't be sent is not worth reading twice.
  if (!isDry) await session.connect();
  const ledger = await session.ledger();
  const staging = await ledger.stage({
    name: textFlag(flags, 'campaign'),
    stem: stemOf(flags),
    source: String(flags['file']),
    storesText: storesText(flags, session),
  });
  try {
    const input = await stageInput(staging, { flags, plannedAt: approved?.plannedAt }, session, context);
    approved?.checkMessages(input.hash);
    const mayAsk = flags['online'] === true || (!isDry && asksForPrices(session));
    const prices = await pricePlan(staging, mayAsk, session, context);
    const settling: Settling = { staging, input, flags, session, context };
    const view = await viewPlan(settling, isDry, prices);
    if (isDry) return showPlan(view, settling);
    const settled = await settleOn(view, settling, approve ?? ((plan) => confirm(plan, settling)));
    if (!settled) return undefined;
    const { campaign, invalid, waits } = settled;
    const asWanted = waits ? { ...flags, wait: true } : flags;
    return await deliver(campaign, { flags: asWanted, deadline, invalid: () => invalid }, session, context);
  } finally {
    await staging.discard();
  }
}

function approvedPlan(flags: Flags): ApprovedPlan | undefined {
  const path = textFlag(flags, 'apply');
  if (path === undefined && flags['file'] === undefined) {
    throw new CliError('usage', 'Which file?', { hint: 'volley batch FILE, or volley batch --apply PLAN.' });
  }
  return path === undefined ? undefined : readPlanFile(path, flags);
}

function stemOf(flags: Flags): string {
  const file = String(flags['file']);
  return file === '-' ? 'stdin' : basename(file, extname(file));
}

async function viewPlan(
  { staging, input, flags, session, context }: Settling,
  isDry: boolean,
  prices: { readonly ageMs: number } | undefined,
): Promise<PlanView> {
  const plan = await staging.plan();
  const { config } = session;
  const validity = Number(
    requestOf(flags).validityPeriod ?? config.defaults.validityPeriod ?? maxValidityPeriodSeconds,
  );
  return {
    name: staging.name,
    plan,
    samples: await staging.samples(3),
    invalid: await staging.invalid(isDry ? Number.MAX_SAFE_INTEGER : 10),
    ...input,
    perSecond: config.get('rate'),
    nowMs: context.now(),
    priceAgeMs: prices?.ageMs,
    overflows: overflows(plan.senders, config.get('rate'), validity),
    wholeTexts: isDry,
  };
}

/** With `--online`, what Twilio says of a plan. */
async function askOnline(
  { plan, staging }: { readonly plan: Plan; readonly staging: Staging },
  flags: Flags,
  session: Session,
  context: Context,
): Promise<readonly Finding[]> {
  if (flags['online'] !== true) return [];
  return checkPlan({ plan, destinations: await staging.destinations() }, session, context);
}

async function showPlan(view: PlanView, { staging, input, flags, session, context }: Settling): Promise<number> {
  const { plan } = view;
  const path = textFlag(flags, 'plan');
  if (path !== undefined) await writePlanFile(path, { plan, messagesHash: input.hash }, { flags, session, context });
  const online = await askOnline({ plan, staging }, flags, session, context);
  const exitCode = findingsExitCode(online) || (plan.invalid > 0 ? 3 : 0);
  const { resultLook } = session;
  if (session.isJson) {
    const found = flags['online'] === true ? { online: online.map(findingJson) } : {};
    context.out(JSON.stringify({ ...planJson(view, exitCode), ...found }));
  } else if (!(session.isQuiet && exitCode === 0)) {
    const found = online.map((finding) => findingLine(finding, resultLook));
    await context.page([...planLines(view, resultLook), ...(found.length > 0 ? ['', ...found] : [])]);
  }
  if (path !== undefined && !session.isQuiet)
    context.err(`Written to ${path}. Send it with: volley batch --apply ${quoted(path)}`);
  return exitCode;
}

interface Settling {
  readonly staging: Staging;
  readonly input: StagedInput;
  readonly flags: Flags;
  readonly session: Session;
  readonly context: Context;
}

/** What is sent. */
interface Settled {
  readonly campaign: Campaign;
  /** How many of its rows are wrong. */
  readonly invalid: number;
  /** Somebody wants to watch it arrive. */
  readonly waits: boolean;
}

/** Decides what is sent: the plan as it is, an earlier run of the same input that is not done, or nothing. */
async function settleOn(
  view: PlanView,
  settling: Settling,
  approve: (plan: Plan) => Promise<Approval>,
): Promise<Settled | undefined> {
  const { staging, input, flags, session, context } = settling;
  const ledger = await session.ledger();
  const earlier = await sameInput(ledger, settling);
  if (!earlier && !session.isQuiet && !session.isJson)
    for (const line of [...planLines(view, session.workLook), '']) context.err(line);
  refuseInvalid(view.plan, flags);
  refuseCost(view.plan, session);
  if (earlier) {
    const left = plural(earlier.pending, 'message');
    context.err(`This input was begun before, as ${earlier.campaign.name}: going on there, with ${left} to send.`);
  }
  const approval = await approve(earlier ? { ...view.plan, toSend: earlier.pending } : view.plan);
  if (approval === 'no') return undefined;
  const waits = approval === 'send-and-wait';
  if (earlier) return { campaign: earlier.campaign, invalid: 0, waits };
  const before = await ledger.find(view.name);
  const known = before ? (await ledger.report(before.id)).counts.invalid : 0;
  return {
    campaign: await staging.commit(input.hash),
    invalid: Math.max(0, view.plan.invalid - known),
    waits,
  };
}

/** Asks whether to send, where that is needed. Throws a `CliError` for a no. */
async function confirm({ toSend }: Plan, { flags, session, context }: Settling): Promise<Approval> {
  if (flags['yes'] === true || session.isSimulated || toSend === 0) return 'send';
  if (await context.confirm(`Send ${plural(toSend, 'message')} now?`)) return 'send';
  throw new CliError('interrupted', 'Nothing was sent.');
}

function refuseInvalid({ invalid, rows }: Plan, flags: Flags): void {
  if (invalid === 0) return;
  const hint = 'Nothing was sent. See every problem with: volley check';
  if (flags['strict'] === true)
    throw new CliError('rule', `${plural(invalid, 'row')} wrong, and --strict is given.`, { hint });
  const text = textFlag(flags, 'maxInvalid') ?? '50%';
  if (!/^\d+(\.\d+)?%$/.test(text)) throw new CliError('usage', `--max-invalid ${text} is not a share like 10%.`);
  if (invalid / rows > Number.parseFloat(text) / 100) {
    throw new CliError(
      'rule',
      `${formatCount(invalid)} of ${plural(rows, 'row')} wrong, more than ${text} (--max-invalid).`,
      { hint },
    );
  }
}

/** The unfinished campaign of the same input, if there is one. Throws when that input has been sent already. */
async function sameInput(
  ledger: Ledger,
  { input, flags, session, context }: Settling,
): Promise<{ readonly campaign: Campaign; readonly pending: number } | undefined> {
  const isNamed = textFlag(flags, 'campaign') !== undefined;
  const isExempt = isNamed || flags['again'] === true || flags['testTo'] !== undefined || session.isSimulated;
  if (isExempt) return undefined;
  const [latest] = await ledger.findInput(input.hash, context.now() - sameInputMs);
  if (!latest) return undefined;
  const { counts } = await ledger.report(latest.id);
  if (counts.pending > 0) return { campaign: latest, pending: counts.pending };
  const ago = formatDuration(context.now() - latest.createdAt);
  throw new CliError('rule', `The same messages were sent ${ago} ago, as ${latest.name}.`, {
    hint: `See: volley report ${quoted(latest.name)}. To send them once more, add --again.`,
  });
}
