import type { BatchOptions } from '../cli/options/batch.ts';
import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import { sameInputMs } from '../core/plan.ts';
import { formatDuration } from '../core/text/wording.ts';
import { CliError } from '../errors.ts';
import type { Campaign, Staging } from '../ledger/plans.ts';
import { quoted } from './deliver.ts';
import type { StagedInput } from './stage-input.ts';

/** A plan that waits for a decision, and all that bears on it. */
export interface Settling {
  readonly staging: Staging;
  readonly input: StagedInput;
  readonly options: BatchOptions;
  readonly session: Session;
  readonly context: Context;
}

/** The unfinished campaign of the same input, if there is one. Throws when that input has been sent already. */
export async function sameInput(
  settling: Settling,
): Promise<{ readonly campaign: Campaign; readonly pending: number } | undefined> {
  const found = await runOfSameInput(settling);
  if (found && found.pending === 0) throw sentBefore(found.campaign, settling);
  return found;
}

/** Makes the plan count, unless the same input was sent while somebody looked at it. Throws a `CliError` then. */
export async function writeDown(settling: Settling): Promise<Campaign> {
  const { staging, input, context } = settling;
  if (mayRepeat(settling)) return staging.commit(input.hash);
  const written = await staging.commitUnlessSame(input.hash, context.now() - sameInputMs);
  if ('sameAs' in written) throw sentBefore(written.sameAs, settling);
  return written;
}

function sentBefore(campaign: Campaign, { context }: Settling): CliError {
  const agoMs = context.now() - campaign.createdAt;
  return new CliError('rule', `The same messages were sent ${formatDuration(agoMs)} ago, as ${campaign.name}.`, {
    hint: `See: volley report ${quoted(campaign.name)}. To send them once more, add --again.`,
  });
}

/** What is named knows whom it has texted; the rest is asked for, or reaches nobody. */
function mayRepeat({ options, session }: Settling): boolean {
  return options.campaign !== undefined || options.again || options.testTo !== undefined || session.isSimulated;
}

/** The latest run of the same input within a day, how long ago that was, and how much of it is not sent yet. */
export async function runOfSameInput(settling: Settling): Promise<SameInput | undefined> {
  if (mayRepeat(settling)) return undefined;
  const { input, session, context } = settling;
  const ledger = await session.ledger();
  const [latest] = await ledger.findInput(input.hash, context.now() - sameInputMs);
  if (!latest) return undefined;
  const { counts } = await ledger.report(latest.id);
  return { campaign: latest, agoMs: context.now() - latest.createdAt, pending: counts.pending };
}

interface SameInput {
  readonly campaign: Campaign;
  readonly agoMs: number;
  readonly pending: number;
}
