import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { deadlineOf } from '../../campaign/deadline.ts';
import { deliver, quoted } from '../../campaign/deliver.ts';
import { type ApprovedPlan, readPlanFile, writePlanFile } from '../../campaign/plan-file.ts';
import { asksForPrices, pricePlan, refuseCost } from '../../campaign/price.ts';
import { runOfSameInput, type Settling, sameInput, writeDown } from '../../campaign/same-input.ts';
import { readFileRules, stageInput } from '../../campaign/stage-input.ts';
import type { Context } from '../../context.ts';
import { overflows } from '../../core/cost/sender-rate.ts';
import type { Plan } from '../../core/plan.ts';
import { maxValidityPeriodSeconds } from '../../core/request/limits.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { planJson } from '../../ui/json.ts';
import { type PlanView, planLines } from '../../ui/plan.ts';
import { type Finding, findingJson, findingLine, findingsExitCode } from '../doctor/finding.ts';
import { checkPlan } from '../doctor/online.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { type BatchOptions, batchTable, checkTable, noBatchOptions } from '../options/batch.ts';
import { requestOf } from '../options/message.ts';
import { type Session, storesText, withSession } from '../session.ts';

const examples = `Examples:
  volley batch customers.csv --from +14155550199 --body 'Hi {{ first_name }}, we open at nine.'
  volley batch customers.csv --template reminder.liquid --dry-run     the plan and every problem, nothing sent
  volley batch customers.csv --template reminder.liquid --campaign spring-sale --yes --quiet
                                                                      from cron: each customer once, ever
  cat events.ndjson | volley batch - --messaging-service-sid MG… --yes --json`;

/** Declares `volley batch`. */
export function declareBatch(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(batchTable, (options, context) =>
    options.apply === undefined ? batch(options, context) : apply(options, context),
  );
}

const checkExamples = `Examples:
  volley check customers.csv --template reminder.liquid
  volley check list.csv --map to=phone --country US --body 'Hi {{ name }}'
  volley check customers.csv --template reminder.liquid --online --json`;

/** Declares `volley check`. */
export function declareCheck(command: Command, act: Act): void {
  addIntroduction(command, checkExamples);
  act(checkTable, ({ session: told, ...given }, context) =>
    withSession(told, context, async (session) => {
      const options = { ...noBatchOptions, ...given, settings: told.settings, isDry: true };
      return (await sendBatch({ options }, session, context)) ?? 0;
    }),
  );
}

type GivenToBatch = OptionsOf<typeof batchTable>;

function batch({ session: told, file, ...given }: GivenToBatch, context: Context): Promise<number> {
  if (file === undefined) {
    throw new CliError('usage', 'Which file?', { hint: 'volley batch FILE, or volley batch --apply PLAN.' });
  }
  if (given.plan !== undefined && file === '-') {
    throw new CliError('usage', 'A plan of standard input cannot be applied later.', { hint: 'Name a file.' });
  }
  const options = {
    ...given,
    file,
    settings: told.settings,
    isDry: given.dryRun || given.plan !== undefined,
    online: false,
  };
  return withSession(told, context, async (session) => (await sendBatch({ options }, session, context)) ?? 0);
}

/** Sends a plan that was written before: what is sent to whom comes from there, how to send it from here. */
function apply({ session: told, ...given }: GivenToBatch, context: Context): Promise<number> {
  const approved = readPlanFile(given.apply ?? '', { ...given, settings: told.settings });
  const planned = approved.options;
  const settings = { ...told.settings, ...planned.settings };
  const options: BatchOptions = {
    ...{ ...given, ...planned, settings, again: given.again || planned.again },
    ...{ isDry: given.plan !== undefined, online: false },
  };
  return withSession({ ...told, settings }, context, async (session) => {
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
  const { options, approved, approve } = work;
  const { isDry, campaign: name, file } = options;
  const mayGo = isDry || options.yes || session.isSimulated || session.canAsk;
  if (!mayGo) {
    throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Look with --dry-run, then add --yes.' });
  }
  const deadline = deadlineOf(options, context);
  const rules = await readFileRules(options, session, approved?.plannedAt ?? context.now());
  // Credentials first: a plan that can't be sent is not worth reading twice.
  if (!isDry) await session.connect();
  const ledger = await session.ledger();
  const staging = await ledger.stage({
    name,
    stem: file === '-' ? 'stdin' : basename(file, extname(file)),
    source: file,
    storesText: storesText(options, session),
  });
  try {
    const input = await stageInput(staging, rules, session, context);
    approved?.checkMessages(input.hash);
    const mayAsk = options.online || (!isDry && asksForPrices(session));
    const prices = await pricePlan(staging, mayAsk, session, context);
    const settling: Settling = { staging, input, options, session, context };
    const view = await viewPlan(settling, prices);
    if (isDry) return showPlan(view, settling);
    const settled = await settleOn(view, settling, approve ?? ((plan) => confirm(plan, settling)));
    if (!settled) return undefined;
    const { campaign, invalid, waits } = settled;
    const wait = options.wait || waits;
    return await deliver(campaign, { ...options, wait, deadline, invalid: () => invalid }, session, context);
  } finally {
    await staging.discard();
  }
}

async function viewPlan(
  { staging, input, options, session, context }: Settling,
  prices: { readonly ageMs: number } | undefined,
): Promise<PlanView> {
  const plan = await staging.plan();
  const { config } = session;
  const { isDry } = options;
  const validity = Number(
    requestOf(options).validityPeriod ?? config.defaults.validityPeriod ?? maxValidityPeriodSeconds,
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
    sameInput: isDry ? await runOfSameInput({ staging, input, options, session, context }) : undefined,
  };
}

/** With `--online`, what Twilio says of a plan. */
async function askOnline(
  plan: Plan,
  { staging, options, session, context }: Settling,
): Promise<readonly Finding[] | undefined> {
  if (!options.online) return undefined;
  return checkPlan({ plan, destinations: await staging.destinations() }, session, context);
}

async function showPlan(view: PlanView, settling: Settling): Promise<number> {
  const { input, options, session, context } = settling;
  const { plan } = view;
  const { plan: path } = options;
  if (path !== undefined) await writePlanFile(path, { plan, messagesHash: input.hash }, { options, session, context });
  const online = await askOnline(plan, settling);
  const exitCode = findingsExitCode(online ?? []) || (plan.invalid > 0 ? 3 : 0);
  const { resultLook } = session;
  if (session.isJson) {
    const found = online ? { online: online.map(findingJson) } : {};
    context.out(JSON.stringify({ ...planJson(view, exitCode), ...found }));
  } else if (!(session.isQuiet && exitCode === 0)) {
    const found = (online ?? []).map((finding) => findingLine(finding, resultLook));
    await context.page([...planLines(view, resultLook), ...(found.length > 0 ? ['', ...found] : [])]);
  }
  if (path !== undefined && !session.isQuiet)
    context.err(`Written to ${path}. Send it with: volley batch --apply ${quoted(path)}`);
  return exitCode;
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
  const { options, session, context } = settling;
  const ledger = await session.ledger();
  const earlier = await sameInput(settling);
  if (!earlier && !session.isQuiet && !session.isJson)
    for (const line of [...planLines(view, session.workLook), '']) context.err(line);
  refuseInvalid(view.plan, options);
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
    campaign: await writeDown(settling),
    invalid: Math.max(0, view.plan.invalid - known),
    waits,
  };
}

/** Asks whether to send, where that is needed. Throws a `CliError` for a no. */
async function confirm({ toSend }: Plan, { options, session, context }: Settling): Promise<Approval> {
  if (options.yes || session.isSimulated || toSend === 0) return 'send';
  if (await context.confirm(`Send ${plural(toSend, 'message')} now?`)) return 'send';
  throw new CliError('interrupted', 'Nothing was sent.');
}

function refuseInvalid({ invalid, rows }: Plan, { strict, maxInvalid }: BatchOptions): void {
  if (invalid === 0) return;
  const hint = 'Nothing was sent. See every problem with: volley check';
  if (strict) throw new CliError('rule', `${plural(invalid, 'row')} wrong, and --strict is given.`, { hint });
  if (invalid / rows > maxInvalid) {
    throw new CliError(
      'rule',
      `${formatCount(invalid)} of ${plural(rows, 'row')} wrong, more than ${Number((maxInvalid * 100).toFixed(4))}% (--max-invalid).`,
      { hint },
    );
  }
}
