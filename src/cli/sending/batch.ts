import { basename, extname } from 'node:path';
import { type ApprovalRules, commitPlan, findSameInput, findUnfinished, refusePlan } from '../../campaign/approve.ts';
import { deadlineOf } from '../../campaign/deadline.ts';
import { type PendingPlan, type PlanOptions, planCampaign } from '../../campaign/plan.ts';
import { type ApprovedPlan, planFileText, readPlanFile } from '../../campaign/plan-file.ts';
import type { Ports } from '../../campaign/ports.ts';
import { pricePlan } from '../../campaign/price.ts';
import type { RowSource } from '../../campaign/row-rules.ts';
import type { Context } from '../../context.ts';
import { overflows } from '../../core/cost/sender-rate.ts';
import type { Plan, PlanContext } from '../../core/plan.ts';
import { maxValidityPeriodSeconds } from '../../core/request/limits.ts';
import { clean } from '../../core/text/clean.ts';
import { plural, quoted } from '../../core/text/wording.ts';
import { CliError, someFailed } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import type { Campaign, InTransaction } from '../../ledger/plans.ts';
import { planJson } from '../../ui/json.ts';
import { type PlanView, planLines } from '../../ui/plan.ts';
import { type CheckResult, checkJson, checkLine, checksExitCode } from '../doctor/check.ts';
import { checkPlan } from '../doctor/online.ts';
import { printDocument } from '../document.ts';
import type { OptionsOf } from '../options/act.ts';
import { type BatchOptions, type batchTable, type checkTable, noBatchOptions } from '../options/batch.ts';
import { deliverOptionsOf } from '../options/delivery.ts';
import { requestOf } from '../options/message.ts';
import { fromPlanned, refuseBesidePlan, toPlanned } from '../options/planned.ts';
import { rowRulesOf } from '../options/rules.ts';
import { understood } from '../options/understood.ts';
import { serverJson } from '../rehearsal.ts';
import { planContextOf, portsOf, type Session, storesText, withSession } from '../session.ts';
import { writePrivate } from '../write-file.ts';
import { runDelivery } from './delivery.ts';
import { enqueued, refuseBesideEnqueue } from './enqueue.ts';
import { asksForPrices, priceSourcesOf } from './prices.ts';

type GivenToBatch = OptionsOf<typeof batchTable>;

/** `volley batch`: a file, or a plan that was written before. */
export function batch(given: GivenToBatch, context: Context): Promise<number> {
  return given.apply === undefined ? sendFile(given, context) : apply(given, context);
}

/** `volley check`: the plan, and nothing is sent. */
export function check(
  { session: sessionOptions, ...given }: OptionsOf<typeof checkTable>,
  context: Context,
): Promise<number> {
  return withSession(sessionOptions, context, async (session) => {
    const options = { ...noBatchOptions, ...given, settings: sessionOptions.settings, isDry: true };
    return (await sendBatch({ options }, session, context)) ?? 0;
  });
}

function sendFile({ session: sessionOptions, file, ...given }: GivenToBatch, context: Context): Promise<number> {
  if (file === undefined) {
    throw new CliError('usage', 'Which file?', { hint: 'volley batch FILE, or volley batch --apply PLAN.' });
  }
  if (given.plan !== undefined && file === '-') {
    throw new CliError('usage', 'A plan of standard input cannot be applied later.', { hint: 'Name a file.' });
  }
  const options = {
    ...given,
    file,
    settings: sessionOptions.settings,
    isDry: given.dryRun || given.plan !== undefined,
    online: false,
  };
  return withSession(sessionOptions, context, async (session) => (await sendBatch({ options }, session, context)) ?? 0);
}

/** Sends a plan that was written before: what is sent to whom comes from there, how to send it from here. */
function apply({ session: sessionOptions, ...given }: GivenToBatch, context: Context): Promise<number> {
  refuseBesidePlan({ ...given, settings: sessionOptions.settings });
  const approved = readPlanFile(given.apply ?? '');
  const planned = fromPlanned(approved.options);
  const settings = { ...sessionOptions.settings, ...planned.settings };
  const options: BatchOptions = {
    ...{ ...given, ...planned, settings, again: given.again || planned.again },
    ...{ isDry: given.plan !== undefined, online: false },
  };
  return withSession({ ...sessionOptions, settings }, context, async (session) => {
    approved.checkAccount(session.config.get('account_sid'));
    return (await sendBatch({ options, approved }, session, context)) ?? 0;
  });
}

/** What to do with a file. */
export interface BatchWork {
  readonly options: BatchOptions;
  readonly approved?: ApprovedPlan | undefined;
  /** Decides about a plan that was shown; without it the flags or a question do. */
  readonly approve?: (plan: Plan) => Promise<Approval>;
}

/** What somebody decides about a plan. */
export type Approval = 'send' | 'send-and-wait' | 'no';

/** A file from its rows to its report, or to its plan when it is only looked at. Undefined: it was not approved. */
export async function sendBatch(work: BatchWork, session: Session, context: Context): Promise<number | undefined> {
  const { options, approved } = work;
  const mayGo = options.isDry || options.yes || session.isSimulated || session.canAsk;
  if (!mayGo) {
    throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Look with --dry-run, then add --yes.' });
  }
  if (options.enqueue) refuseBesideEnqueue(options);
  const deadline = deadlineOf(options, context);
  const plan = await planContextOf(session, approved?.plannedAt ?? context.now(), options);
  const rules = await rowRulesOf(options, { config: session.config, plan, style: session.workStyle });
  const planOptions = planOptionsOf(options, plan, session);
  // Credentials first: a plan that can't be sent is not worth reading twice.
  if (!options.isDry) await session.connect();
  // A ledger of this machine alone has no queue: said before it is made.
  if (options.enqueue) await session.queue();
  const ports = await portsOf(session, context);
  const pending = await planCampaign(await openRows(options, context), rules, planOptions, ports);
  const review: Review = { pending, options, rules: approvalRulesOf(options, session), ports, session, context };
  try {
    approved?.checkMessages(pending.hash);
    const prices = await price(review);
    const view = await viewPlan(review, prices);
    if (options.isDry) return await showPlan(view, review);
    const delivery = deliverOptionsOf(options, session.config);
    const order = { delivery, notify: options.notify };
    const together = options.enqueue ? (await session.queue()).enqueuing(order) : undefined;
    const approve = work.approve ?? ((counted: Plan) => confirm(counted, review));
    const chosen = await decide(view, review, { approve, together });
    if (!chosen) return undefined;
    if (options.enqueue) return await enqueued(chosen, order, review);
    const { campaign, invalid, waits } = chosen;
    const followMs = options.wait || waits ? options.forMs : undefined;
    return await runDelivery(
      campaign,
      { ...delivery, followMs },
      { deadline, invalid: () => invalid, notify: options.notify },
      { session, context },
    );
  } finally {
    await pending.staging.discard();
  }
}

/** A plan that waits for a decision, and all that bears on it. */
interface Review {
  readonly pending: PendingPlan;
  readonly options: BatchOptions;
  readonly rules: ApprovalRules;
  readonly ports: Ports;
  readonly session: Session;
  readonly context: Context;
}

function openRows({ file, delimiter, encoding, sheet }: BatchOptions, { stdin, signal }: Context): Promise<RowSource> {
  return openSource({ file, stdin, delimiter, encoding, sheet, signal });
}

function planOptionsOf(options: BatchOptions, { normalizePhone }: PlanContext, session: Session): PlanOptions {
  const { campaign: name, file, sample, checkMedia } = options;
  const stem = file === '-' ? 'stdin' : basename(file, extname(file));
  const { testTo: typed } = options;
  const testTo =
    typed && understood(normalizePhone(typed), { flag: '--test-to', text: typed, style: session.workStyle });
  return { name, stem, source: file, storesText: storesText(options, session), sample, testTo, checkMedia };
}

function approvalRulesOf(options: BatchOptions, { config, isSimulated }: Session): ApprovalRules {
  const { strict, maxInvalid, campaign, again, testTo } = options;
  // What is named knows whom it has texted; the rest is asked for, or reaches nobody.
  const mayRepeat = campaign !== undefined || again || testTo !== undefined || isSimulated;
  return { strict, maxInvalid, maxCost: config.get('max_cost'), mayRepeat };
}

async function price({ pending, options, session, ports }: Review) {
  const mayAsk = options.online || (!options.isDry && asksForPrices(session));
  return pricePlan(pending.staging, await priceSourcesOf(session, mayAsk, ports));
}

async function viewPlan(
  { pending, options, rules, ports, session, context }: Review,
  prices: { readonly ageMs: number } | undefined,
): Promise<PlanView> {
  const { staging, warnings, lints, findings } = pending;
  const plan = await staging.plan();
  const { config } = session;
  const { isDry } = options;
  const validity = Number(
    requestOf(options).validityPeriod ?? config.defaults.validityPeriod ?? maxValidityPeriodSeconds,
  );
  return {
    ...{ name: staging.name, plan, warnings, lints, findings },
    samples: await staging.samples(3),
    invalid: await staging.invalid(isDry ? Number.MAX_SAFE_INTEGER : 10),
    perSecond: config.get('rate'),
    nowMs: context.now(),
    priceAgeMs: prices?.ageMs,
    overflows: overflows(plan.senders, config.get('rate'), validity),
    wholeTexts: isDry,
    sameInput: isDry ? await findSameInput(pending, rules, ports) : undefined,
  };
}

/** With `--online`, what Twilio says of a plan. */
async function askOnline(
  plan: Plan,
  { pending, options, session, context }: Review,
): Promise<readonly CheckResult[] | undefined> {
  if (!options.online) return undefined;
  return checkPlan({ plan, destinations: await pending.staging.destinations() }, session, context);
}

async function showPlan(view: PlanView, review: Review): Promise<number> {
  const { options, session, context } = review;
  const { plan } = view;
  const { plan: path } = options;
  if (path !== undefined) await keepPlan(path, plan, review);
  const online = await askOnline(plan, review);
  const exitCode = checksExitCode(online ?? []) || (plan.invalid > 0 ? someFailed : 0);
  const { resultStyle } = session;
  if (session.isJson) {
    const found = online && { online: online.map(checkJson) };
    const document = { ...planJson(view, exitCode), ...found, ...serverJson(session.server()) };
    await printDocument(document, { session, context }, { items: document.issues });
  } else if (!(session.isQuiet && exitCode === 0)) {
    const found = (online ?? []).map((result) => checkLine(result, resultStyle));
    await context.page([...planLines(view, resultStyle), ...(found.length > 0 ? ['', ...found] : [])]);
  }
  if (path !== undefined && !session.isQuiet)
    context.err(`Written to ${path}. Send it with: volley batch --apply ${quoted(path)}`);
  return exitCode;
}

async function keepPlan(path: string, plan: Plan, { pending, options, session, context }: Review): Promise<void> {
  const text = planFileText({
    plan,
    options: toPlanned(options),
    messagesHash: pending.hash,
    accountSid: session.config.get('account_sid'),
    nowMs: context.now(),
  });
  await writePrivate(path, [Buffer.from(text)]);
}

/** What is sent. */
interface Chosen {
  readonly campaign: Campaign;
  /** How many of its rows are wrong. */
  readonly invalid: number;
  /** Somebody wants to watch it arrive. */
  readonly waits: boolean;
  /** It was there before. */
  readonly isKnown: boolean;
}

/** Who decides, and what is written together with the campaign. */
interface Decision {
  readonly approve: (plan: Plan) => Promise<Approval>;
  readonly together: InTransaction | undefined;
}

/** Decides what is sent: the plan as it is, an earlier run of the same input that is not done, or nothing. */
async function decide(
  view: PlanView,
  { pending, rules, ports, session, context }: Review,
  { approve, together }: Decision,
): Promise<Chosen | undefined> {
  const earlier = await findUnfinished(pending, rules, ports);
  if (!earlier && !session.isQuiet && !session.isJson)
    for (const line of [...planLines(view, session.workStyle), '']) context.err(line);
  refusePlan(view.plan, rules);
  if (earlier) {
    const left = plural(earlier.pending, 'message');
    context.err(
      `This input was begun before, as ${clean(earlier.campaign.name)}: going on there, with ${left} to send.`,
    );
  }
  const approval = await approve(earlier ? { ...view.plan, toSend: earlier.pending } : view.plan);
  if (approval === 'no') return undefined;
  const approved = earlier
    ? { campaign: earlier.campaign, invalid: 0 }
    : await commitPlan(pending, rules, ports, together);
  return { ...approved, waits: approval === 'send-and-wait', isKnown: earlier !== undefined };
}

/** Asks whether to send, where that is needed. Throws a `CliError` for a no. */
async function confirm({ toSend }: Plan, { options, session, context }: Review): Promise<Approval> {
  if (options.yes || session.isSimulated || toSend === 0) return 'send';
  if (await context.confirm(`Send ${plural(toSend, 'message')} now?`)) return 'send';
  throw new CliError('interrupted', 'Nothing was sent.');
}
