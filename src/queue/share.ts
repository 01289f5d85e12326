import type { DeliverOptions } from '../campaign/deliver.ts';
import type { Clock } from '../campaign/ports.ts';
import type { Message, SendResult } from '../core/message.ts';
import { defaultRetry } from '../core/outcome/after-send.ts';
import type { OnUnknown } from '../core/outcome/match-unknowns.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import { type RunAccount, runAccount } from '../engine/run-account.ts';
import { runCampaign } from '../engine/run-campaign.ts';
import { runToEnd } from '../engine/run-to-end.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lease } from '../ledger/runs.ts';
import type { Sender } from '../provider/provider.ts';
import type { Queue, QueuedCampaign } from './queue.ts';

/** How a share of a campaign is worked on. Times in milliseconds. */
export interface ShareOptions {
  readonly host: string;
  readonly pid: number;
  /** Requests at once, at most, over all campaigns that the worker works on. */
  readonly concurrency: number;
  /** Senders of a campaign at once, at most; absent: all. */
  readonly mostSenders?: number | undefined;
  readonly timeoutMs: number;
  readonly resolveMs: number;
  readonly onUnknown: OnUnknown;
}

/** What a share works with. */
export interface SharePorts extends Clock {
  readonly ledger: Ledger;
  readonly provider: Sender;
  readonly queue: Queue;
  /** Drains: what is on its way is waited for and recorded. */
  readonly signal: AbortSignal;
  readonly events: ShareEvents;
}

/** Hears how shares go. */
export interface ShareEvents {
  readonly onResult: (result: SendResult, message: Message) => void;
  /** A share of a campaign is over, and why. */
  readonly onShare: (campaign: string, end: RunEnd) => void;
  /** A campaign that nobody goes on with, and why. */
  readonly onStopped: (campaign: string, reason: string) => void;
}

/** What keeps a worker from going on at all. */
export type Refusal = Extract<RunEnd, { readonly kind: 'credentials' }>;

/** What lasts from one share of a worker to the next. */
export interface ShareState {
  /** Breaker and adapted concurrency, by the id of the campaign. */
  readonly accounts: Map<string, RunAccount>;
  accepted: number;
  refused: Refusal | undefined;
}

interface Worker extends ShareOptions, SharePorts, ShareState {}

/** How long one share of a campaign is worked on at once, in milliseconds: well under the time after which its job comes again. */
export const shareMs = 10_000;

/** How soon a campaign is looked at again that somebody else has alone, or has the last messages of, in milliseconds. */
export const lookAgainMs = 2000;

/** When Twilio is asked again after it was out of reach, or refused the account, in milliseconds. */
const laterMs = 15_000;

/** The longest that a job waits for quiet hours in one piece, in milliseconds: hours may be changed meanwhile. */
const longestWaitMs = 3_600_000;

/** When to go on with a campaign, in milliseconds, or what it came to. */
export type Next = number | RunEnd['kind'];

/** Works on one share of a campaign, until its time is up or nothing is left to do. */
export async function workOn(campaignId: string, worker: Worker): Promise<Next> {
  const { ledger, queue, host, pid } = worker;
  const queued = await queue.campaign(campaignId);
  if (!queued || queued.stopped !== undefined) return 'finished';
  const { maxCost, concurrency } = queued.delivery;
  const lease = await ledger.acquire(campaignId, { host, pid }, { maxCost, shared: { concurrency } });
  if ('heldBy' in lease) return lookAgainMs;
  let end: RunEnd;
  try {
    end = await send(lease, queued, worker);
  } finally {
    await ledger.release(lease);
  }
  worker.events.onShare(campaignId, end);
  return after(campaignId, end, queued, worker);
}

async function send(lease: Lease, { delivery }: QueuedCampaign, worker: Worker): Promise<RunEnd> {
  const over = new AbortController();
  void worker.sleep(shareMs, AbortSignal.any([worker.signal, over.signal])).then(() => over.abort());
  try {
    return await runCampaign(lease, {
      ...runOptions(delivery, worker),
      account: accountOf(lease.campaignId, delivery, worker),
      deadline: over.signal,
    });
  } finally {
    over.abort();
  }
}

function runOptions(delivery: DeliverOptions, worker: Worker) {
  const { ledger, provider, signal, now, monotonic, sleep, random, events, mostSenders } = worker;
  const { perSecond, rates, retryForMs, callbackUrl } = delivery;
  return {
    ...{ ledger, provider, signal, now, monotonic, sleep, random },
    ...{ perSecond, rates, retryForMs, callbackUrl, mostSenders },
    retry: defaultRetry,
    onResult: (result: SendResult, message: Message) => {
      if (result.kind === 'accepted') worker.accepted++;
      events.onResult(result, message);
    },
  };
}

function accountOf(campaignId: string, { concurrency, breaker }: DeliverOptions, worker: Worker): RunAccount {
  const known = worker.accounts.get(campaignId);
  if (known) return known;
  const account = runAccount({
    concurrency: Math.min(concurrency, worker.concurrency),
    limit: undefined,
    noBreaker: !breaker,
  });
  worker.accounts.set(campaignId, account);
  return account;
}

/** What follows from the end of a share. */
async function after(campaignId: string, end: RunEnd, queued: QueuedCampaign, worker: Worker): Promise<Next> {
  const giveUp = (reason: string) => stop(campaignId, end.kind, reason, worker);
  switch (end.kind) {
    case 'credentials':
      // Another worker may have better ones.
      worker.refused = end;
      return laterMs;
    case 'unreachable':
      return laterMs;
    case 'deferred':
      return Math.min(longestWaitMs, Math.max(0, end.untilMs - worker.now()));
    case 'breaker':
      return giveUp(`most of its messages failed alike (${end.code ?? end.reason})`);
    case 'budget':
      return giveUp('one more message could have cost more than --max-cost allows');
    case 'sender':
      return giveUp(`${end.sender} may not send (${end.code}: ${end.reason})`);
    case 'recalled':
      return end.kind;
    case 'finished':
    case 'interrupted':
    case 'deadline':
    case 'limit':
    case 'lost-lease':
      return (await hasPending(campaignId, worker)) ? 0 : resolveRest(campaignId, queued, worker);
  }
}

async function stop(
  campaignId: string,
  end: RunEnd['kind'],
  reason: string,
  { queue, events }: Worker,
): Promise<RunEnd['kind']> {
  await queue.stop(campaignId, end, reason);
  events.onStopped(campaignId, reason);
  return end;
}

async function hasPending(campaignId: string, { ledger }: Worker): Promise<boolean> {
  return (await ledger.senders(campaignId)).length > 0;
}

/** When nothing is pending, looks for what no answer came for; others that still send come first. */
async function resolveRest(campaignId: string, { delivery }: QueuedCampaign, worker: Worker): Promise<Next> {
  const { ledger, host, pid, signal, timeoutMs, resolveMs, onUnknown, concurrency } = worker;
  if (signal.aborted) return 0;
  const { counts } = await ledger.report(campaignId);
  if (counts.claimed + counts.unknown === 0) return 'finished';
  const lease = await ledger.acquire(campaignId, { host, pid }, { maxCost: delivery.maxCost });
  if ('heldBy' in lease) return lookAgainMs;
  try {
    await runToEnd(lease, {
      ...runOptions(delivery, worker),
      ...{ timeoutMs, onUnknown, concurrency, noBreaker: !delivery.breaker, resolveMs, sendFirst: false },
    });
  } finally {
    await ledger.release(lease);
  }
  return (await hasPending(campaignId, worker)) ? 0 : 'finished';
}
