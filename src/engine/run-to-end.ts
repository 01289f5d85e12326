import type { OnUnknown } from '../core/outcome/match-unknowns.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import type { Lease } from '../ledger/runs.ts';
import { type ReconcileOptions, reconcile } from './reconcile.ts';
import { type RunAllowance, runAccount } from './run-account.ts';
import { type RunOptions, runCampaign } from './run-campaign.ts';

/** A run and what follows it. Its account is opened here, once for all rounds. */
export interface RunToEndOptions extends Omit<RunOptions, 'account'>, RunAllowance, ReconcileOptions {
  readonly onUnknown: OnUnknown;
  /** False: look for what is unknown before anything is sent, and send only if something is to go out again. */
  readonly sendFirst: boolean;
  /** Hears that unknown outcomes are being looked for. */
  readonly onResolving?: ((count: number) => void) | undefined;
}

/** How often messages that Twilio does not have may be sent again in one run. */
const rounds = 3;

/** Sends what is pending, looks for what became unknown, and sends again what turned out never to have been sent. */
export async function runToEnd(lease: Lease, options: RunToEndOptions): Promise<RunEnd> {
  const account = runAccount(options);
  const { sendFirst } = options;
  let end: RunEnd = sendFirst ? await runCampaign(lease, { ...options, account }) : { kind: 'finished' };
  for (let round = 0; round < rounds && mayLook(end); round++) {
    const unknown = await options.ledger.unknowns(lease.campaignId);
    if (unknown.length === 0) break;
    options.onResolving?.(unknown.length);
    const { resent, hasLostLease } = await reconcile(lease, options);
    if (hasLostLease) return { kind: 'lost-lease' };
    // Others may have added to the campaign while it was looked for.
    const hasMore = sendFirst && end.kind === 'finished' && (await options.ledger.senders(lease.campaignId)).length > 0;
    if ((resent === 0 && !hasMore) || !maySendOn(end) || options.signal.aborted) break;
    end = await runCampaign(lease, { ...options, account, arrivals: undefined });
  }
  if (options.signal.aborted && end.kind === 'finished') return { kind: 'interrupted' };
  return end;
}

/** Without the account, without Twilio or without the lease there is nothing to look at. */
function mayLook({ kind }: RunEnd): boolean {
  return !['credentials', 'unreachable', 'lost-lease', 'interrupted'].includes(kind);
}

/** What ends a run ends it for all rounds. */
function maySendOn({ kind }: RunEnd): boolean {
  return !['limit', 'budget', 'breaker', 'recalled', 'deadline'].includes(kind);
}
