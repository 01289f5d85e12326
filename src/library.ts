import { hostname } from 'node:os';
import { monotonic, sleep } from './clock.ts';
import { settings } from './config/settings.ts';
import type { Message, SendResult } from './core/message.ts';
import { defaultRetry, defaultRetryForMs } from './core/outcome/after-send.ts';
import type { Report, RunEnd } from './core/outcome/report.ts';
import { makePlanner, type Plan } from './core/plan.ts';
import { countryFinder, phoneNormalizer } from './core/recipient/phone.ts';
import { defaultLimits } from './core/request/limits.ts';
import { makeMapping } from './core/request/mapping.ts';
import type { RawRequest } from './core/request/validate.ts';
import { runToEnd } from './engine/run-to-end.ts';
import { CliError } from './errors.ts';
import { inGroups } from './input/groups.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Campaign } from './ledger/plans.ts';
import type { Provider } from './provider/provider.ts';

/** A row of data: text by column name. */
export type DataRow = Readonly<Record<string, string>>;

/** What to make a plan of. */
export interface PlanInput {
  /** The campaign's name: what it has sent once it never sends again. */
  readonly name: string;
  readonly rows: Iterable<DataRow> | AsyncIterable<DataRow>;
  /** What each message has in common, by parameter: `from`, `body` (with `{{ fields }}`), `validityPeriod`, … */
  readonly defaults?: RawRequest;
  /** As on the command line: `to=phone`, `body=Hi {{ name }}`. */
  readonly maps?: readonly string[];
  /** The column that makes a row the same row in a later run; absent: the number. */
  readonly key?: string;
  /** Country of numbers without + (ISO 3166). */
  readonly country?: string;
}

/** How many rows go into the ledger at once. */
const groupRows = 500;

/** How many wrong rows a plan shows. */
const reportedRows = 100;

/** A plan that waits for a decision. */
export interface PendingPlan {
  /** What would be sent, and what not. */
  readonly plan: Plan;
  /** The first wrong rows, each with its issues. */
  readonly invalid: readonly Message[];
  /** Makes it a campaign, or adds it to the one of that name. Nothing is sent yet. */
  readonly commit: () => Promise<Campaign>;
  /** Throws it away. */
  readonly discard: () => Promise<void>;
}

/** Writes rows through the validator into a ledger, sending nothing. Throws a `CliError` for what stops all of it. */
export async function makePlan(ledger: Ledger, input: PlanInput): Promise<PendingPlan> {
  const { name, rows, defaults = {}, maps = [], key, country } = input;
  const { body, ...base } = defaults;
  const mapping = makeMapping({
    ...{ base, maps, ...(typeof body === 'string' && { body }), ...(key !== undefined && { key }) },
  });
  if ('problem' in mapping) {
    throw new CliError('input', `${mapping.problem}.`, { ...(mapping.hint && { hint: mapping.hint }) });
  }
  const planRow = makePlanner(mapping.value, {
    normalizePhone: await phoneNormalizer(country),
    countryOf: await countryFinder(),
    limits: defaultLimits,
    nowMs: Date.now(),
  });
  const staging = await ledger.stage({ name, stem: name, source: 'program' });
  try {
    for await (const group of inGroups(numbered(rows), groupRows)) await staging.add(group.map(planRow));
  } catch (error) {
    await staging.discard();
    throw error;
  }
  return {
    plan: await staging.plan(),
    invalid: await staging.invalid(reportedRows),
    commit: () => staging.commit(`program ${name}`),
    discard: () => staging.discard(),
  };
}

async function* numbered(rows: PlanInput['rows']) {
  let line = 0;
  for await (const cells of rows) yield { line: ++line, cells };
}

/** What a run works with. Times in milliseconds. */
export interface CampaignRun {
  readonly ledger: Ledger;
  readonly provider: Provider;
  /** Stops it: what is on its way is waited for and recorded. */
  readonly signal?: AbortSignal;
  /** Requests at once; adapts to what Twilio takes. */
  readonly concurrency?: number;
  /** Messages a second for each sender; absent: as fast as they are taken. */
  readonly perSecond?: number;
  /** How long to go on while Twilio takes nothing. */
  readonly retryForMs?: number;
  /** How long to look for a message of which no answer came. */
  readonly settleMs?: number;
  /** What to do with a message that was not found: leave it unknown, or send it again. */
  readonly onUnknown?: 'hold' | 'resend';
  /** Hears what became of each attempt. */
  readonly onResult?: (result: SendResult, message: Message) => void;
}

/**
 * Sends every pending message of a campaign once, settles what no answer came for, and tells what became of them.
 * Throws a `CliError` (`held`) when another run has the campaign.
 */
export async function runCampaign(campaign: Campaign, run: CampaignRun): Promise<{ end: RunEnd; report: Report }> {
  const { ledger, signal = new AbortController().signal, retryForMs = defaultRetryForMs, onUnknown = 'hold' } = run;
  const lease = await ledger.acquire(campaign.id, { host: hostname(), pid: process.pid });
  if ('heldBy' in lease) throw new CliError('held', `Another run is sending ${campaign.name}.`);
  try {
    const end = await runToEnd(lease, {
      ...{ ...run, signal, retryForMs, onUnknown, sendFirst: true },
      retry: defaultRetry,
      concurrency: run.concurrency ?? settings.concurrency.fallback ?? 1,
      timeoutMs: settings.timeout.fallback ?? 0,
      settleMs: run.settleMs ?? settings.settle.fallback ?? 0,
      now: Date.now,
      monotonic,
      random: Math.random,
      sleep,
    });
    return { end, report: await ledger.report(campaign.id) };
  } finally {
    await ledger.release(lease);
  }
}
