import { type Plan, sameInputMs } from '../core/plan.ts';
import { formatCost, formatCount, formatDuration, plural, quoted } from '../core/text/wording.ts';
import { CliError } from '../errors.ts';
import type { Campaign, InTransaction } from '../ledger/plans.ts';
import type { PendingPlan } from './plan.ts';
import type { Ports } from './ports.ts';

/** What a plan must keep to before it may become a campaign. */
export interface ApprovalRules {
  /** Any wrong row stops all. */
  readonly strict: boolean;
  /** The share of wrong rows that is still taken, a part of 1. */
  readonly maxInvalid: number;
  /** The most that it may cost, in its currency. */
  readonly maxCost: number | undefined;
  /** The same input may be sent again: it is named and knows whom it has texted, was asked for, or reaches nobody. */
  readonly mayRepeat: boolean;
}

/** The latest campaign of the same input within a day, how long ago that was, and how much of it is not sent yet. */
export interface SameInput {
  readonly campaign: Campaign;
  readonly agoMs: number;
  readonly pending: number;
}

type ApprovalPorts = Pick<Ports, 'ledger' | 'now'>;

/** Finds a campaign of the same input, unless that may be sent again anyway. */
export async function findSameInput(
  { hash }: PendingPlan,
  { mayRepeat }: ApprovalRules,
  { ledger, now }: ApprovalPorts,
): Promise<SameInput | undefined> {
  if (mayRepeat) return undefined;
  const [campaign] = await ledger.findInput(hash, now() - sameInputMs);
  if (!campaign) return undefined;
  const { counts } = await ledger.report(campaign.id);
  return { campaign, agoMs: now() - campaign.createdAt, pending: counts.pending };
}

/** The campaign of the same input that is not done, if there is one. Throws a `CliError` when all of it was sent. */
export async function findUnfinished(
  pending: PendingPlan,
  rules: ApprovalRules,
  ports: ApprovalPorts,
): Promise<SameInput | undefined> {
  const found = await findSameInput(pending, rules, ports);
  if (found?.pending === 0) throw sentBefore(found.campaign, ports.now());
  return found;
}

/** Throws a `CliError` for a plan that must not be sent: too many wrong rows, or too dear. */
export function refusePlan(plan: Plan, rules: ApprovalRules): void {
  refuseInvalid(plan, rules);
  refuseCost(plan, rules);
}

function refuseInvalid({ invalid, rows }: Plan, { strict, maxInvalid }: ApprovalRules): void {
  if (invalid === 0) return;
  const hint = 'Nothing was sent. See every problem with: volley check';
  if (strict) throw new CliError('rule', `${plural(invalid, 'row')} wrong, and --strict is given.`, { hint });
  if (invalid / rows <= maxInvalid) return;
  const share = `${Number((maxInvalid * 100).toFixed(4))}%`;
  const wrong = `${formatCount(invalid)} of ${plural(rows, 'row')} wrong`;
  throw new CliError('rule', `${wrong}, more than ${share} (--max-invalid).`, { hint });
}

/** Throws a `CliError` when a plan costs more than `maxCost`, or nobody can tell. */
export function refuseCost({ cost, unpriced }: Plan, { maxCost }: Pick<ApprovalRules, 'maxCost'>): void {
  if (maxCost === undefined) return;
  if (unpriced > 0) {
    throw new CliError('rule', `There is no price for ${plural(unpriced, 'message')}, so --max-cost cannot be kept.`, {
      hint: 'Give [prices] in the config: currency = "USD", US = 0.0083, default = 0.1. Nothing was sent.',
    });
  }
  if (cost.amount !== null && cost.amount > maxCost) {
    const most = `more than ${maxCost} (--max-cost)`;
    throw new CliError('rule', `This would cost ${formatCost(cost)}, ${most}. Nothing was sent.`);
  }
}

/** A plan that counts now. */
export interface Approved {
  readonly campaign: Campaign;
  /** How many of its rows are wrong, and were not known to be before. */
  readonly invalid: number;
}

/**
 * Makes the plan count, unless the same input was sent while somebody looked at it. Throws a `CliError` then.
 * `together` is written in the same transaction.
 */
export async function commitPlan(
  pending: PendingPlan,
  rules: ApprovalRules,
  ports: ApprovalPorts,
  together?: InTransaction,
): Promise<Approved> {
  const { staging } = pending;
  const { invalid } = await staging.plan();
  const before = await ports.ledger.find(staging.name);
  const known = before ? (await ports.ledger.report(before.id)).counts.invalid : 0;
  return { campaign: await commit(pending, rules, { ...ports, together }), invalid: Math.max(0, invalid - known) };
}

async function commit(
  { staging, hash }: PendingPlan,
  { mayRepeat }: ApprovalRules,
  { now, together }: ApprovalPorts & { readonly together: InTransaction | undefined },
): Promise<Campaign> {
  if (mayRepeat) return staging.commit(hash, together);
  const written = await staging.commitUnlessSame(hash, now() - sameInputMs, together);
  if ('sameAs' in written) throw sentBefore(written.sameAs, now());
  return written;
}

function sentBefore({ createdAt, name }: Campaign, now: number): CliError {
  return new CliError('rule', `The same messages were sent ${formatDuration(now - createdAt)} ago, as ${name}.`, {
    hint: `See: volley report ${quoted(name)}. To send them once more, add --again.`,
  });
}
