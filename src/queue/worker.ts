import type { DeliverOptions } from '../campaign/deliver.ts';
import type { Clock } from '../campaign/ports.ts';
import type { Message, SendResult } from '../core/message.ts';
import { defaultRetry } from '../core/outcome/after-send.ts';
import type { OnUnknown } from '../core/outcome/match-unknowns.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import { type RunAccount, runAccount } from '../engine/run-account.ts';
import { runCampaign } from '../engine/run-campaign.ts';
import { runToEnd } from '../engine/run-to-end.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lease } from '../ledger/runs.ts';
import type { Sender } from '../provider/provider.ts';
import { beat } from './heartbeat.ts';
import type { Job, Queue, QueuedCampaign } from './queue.ts';
import { type Tell, tellEnd } from './tell-end.ts';

/** How a worker works. Times in milliseconds. */
export interface WorkerOptions {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Requests at once, at most, over all campaigns it works on. */
  readonly concurrency: number;
  /** Senders of a campaign at once, at most; absent: all. */
  readonly mostSenders?: number | undefined;
  readonly timeoutMs: number;
  readonly resolveMs: number;
  readonly onUnknown: OnUnknown;
  /** Ends when no job is left, and none is worked on elsewhere. */
  readonly drain: boolean;
}

/** What a worker works with. */
export interface WorkerPorts extends Clock {
  readonly ledger: Ledger;
  readonly provider: Sender;
  readonly queue: Queue;
  /** Drains: what is on its way is waited for and recorded, and no more jobs are taken. */
  readonly signal: AbortSignal;
  readonly events: WorkerEvents;
  readonly tell: Tell;
}

/** Hears how a worker goes. */
export interface WorkerEvents {
  readonly onResult: (result: SendResult, message: Message) => void;
  readonly onShard: (campaign: string, end: RunEnd) => void;
  /** A campaign that nobody goes on with, and why. */
  readonly onStopped: (campaign: string, reason: string) => void;
  /** Something went wrong that may pass: it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** How long one share of a campaign is worked on at once, in milliseconds: well under the time after which it comes again. */
const shardMs = 10_000;

/** How many campaigns a worker works on beside each other. */
const mostCampaigns = 4;

/** How often jobs and schedules are looked for when there are none, in milliseconds. */
const idleMs = 500;

/** How soon a campaign is looked at again of which other workers have the last messages, in milliseconds. */
const lookAgainMs = 2000;

/** When Twilio is asked again after it was out of reach, and a campaign that another command sends, in milliseconds. */
const laterMs = 15_000;

/** The longest that a job waits for quiet hours in one piece, in milliseconds: hours may be changed meanwhile. */
const longestWaitMs = 3_600_000;

/** What keeps a worker from going on at all. */
type Refusal = Extract<RunEnd, { readonly kind: 'credentials' }>;

/**
 * Works on whatever is enqueued until the signal, or with `drain` until nothing is left. Returns what was wrong with
 * the credentials, if that ended it.
 */
export async function runWorker(options: WorkerOptions, ports: WorkerPorts): Promise<Refusal | undefined> {
  const worker: Worker = {
    ...{ ...options, ...ports, running: new Map(), accounts: new Map() },
    ...{ accepted: 0, refused: undefined },
  };
  const stopBeating = beat(worker);
  try {
    while (!ports.signal.aborted && !worker.refused) {
      const isIdle = await guarded(worker, () => takeJobs(worker), true);
      if (isIdle && options.drain && (await guarded(worker, () => isDrained(worker), false))) break;
      if (isIdle) await ports.sleep(idleMs, ports.signal);
    }
    await Promise.all(workOf(worker));
    return worker.refused;
  } finally {
    await stopBeating();
  }
}

/** A share of a campaign that is worked on. */
interface Share {
  readonly over: Promise<void>;
  /** True once it is known when to go on with the campaign. */
  readonly isOver: boolean;
  /** Other jobs of the campaign on their way back into the queue. */
  readonly handing: Promise<void>[];
}

interface Worker extends WorkerOptions, WorkerPorts {
  /** The work under way, by the id of its campaign. */
  readonly running: Map<string, Share>;
  /** Breaker and adapted concurrency last from one share to the next. */
  readonly accounts: Map<string, RunAccount>;
  accepted: number;
  refused: Refusal | undefined;
}

/** What `work` finds, or `otherwise` where there is trouble with the server: it is told, and passes or does not. */
async function guarded(worker: Worker, work: () => Promise<boolean>, otherwise: boolean): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    worker.events.onTrouble(error);
    return otherwise;
  }
}

const isDrained = async ({ running, queue }: Worker): Promise<boolean> =>
  running.size === 0 && (await queue.size()) === 0;

const workOf = ({ running }: Worker): Promise<void>[] => [...running.values()].map(({ over }) => over);

/** True when there was nothing to do. */
async function takeJobs(worker: Worker): Promise<boolean> {
  const { queue, running } = worker;
  const free = mostCampaigns - running.size;
  if (free <= 0) {
    await Promise.race(workOf(worker));
    return false;
  }
  const jobs = await queue.take(free);
  for (const job of jobs) {
    const share = running.get(job.campaignId);
    if (share === undefined) start(job, worker);
    else await handBack(job, share, queue);
  }
  return jobs.length === 0;
}

/** One share of a campaign uses all that a worker has for it: another one comes again when this one's time is up. */
async function handBack(job: Job, share: Share, queue: Queue): Promise<void> {
  const handing = queue.finish(job, share.isOver ? 0 : shardMs);
  share.handing.push(handing);
  await handing;
}

function start(job: Job, worker: Worker): void {
  const { running, queue, events } = worker;
  const share = { isOver: false, handing: [] };
  const work = async (): Promise<void> => {
    try {
      const next = await workOn(job.campaignId, worker);
      const againInMs = typeof next === 'number' ? next : await finish(job.campaignId, next, worker);
      share.isOver = true;
      // What is handed back meanwhile has to be there, or the end of the campaign would not take it away.
      await Promise.allSettled(share.handing);
      // Once it is enqueued anew it begins anew.
      if (againInMs === undefined) worker.accounts.delete(job.campaignId);
      await queue.finish(job, againInMs);
    } catch (error) {
      // The job comes again by itself when its time is up.
      events.onTrouble(error);
    } finally {
      running.delete(job.campaignId);
    }
  };
  running.set(job.campaignId, Object.assign(share, { over: work() }));
}

/** When to go on with a campaign, in milliseconds, or what it came to. */
type Next = number | RunEnd['kind'];

/** Tells whoever wants to know what a campaign came to. Returns when to look again, in milliseconds; undefined: never. */
async function finish(campaignId: string, end: RunEnd['kind'], worker: Worker): Promise<number | undefined> {
  return (await tellEnd(campaignId, end, worker)) ? undefined : lookAgainMs;
}

/** Works on one share of a campaign. */
async function workOn(campaignId: string, worker: Worker): Promise<Next> {
  const { ledger, queue, host, pid } = worker;
  const queued = await queue.campaign(campaignId);
  if (!queued || queued.stopped !== undefined) return 'finished';
  const { maxCost, concurrency } = queued.delivery;
  const lease = await ledger.acquire(campaignId, { host, pid }, { maxCost, shared: { concurrency } });
  if ('heldBy' in lease) return laterMs;
  let end: RunEnd;
  try {
    end = await send(lease, queued, worker);
  } finally {
    await ledger.release(lease);
  }
  worker.events.onShard(campaignId, end);
  return after(campaignId, end, queued, worker);
}

async function send(lease: Lease, { delivery }: QueuedCampaign, worker: Worker): Promise<RunEnd> {
  const over = new AbortController();
  void worker.sleep(shardMs, AbortSignal.any([worker.signal, over.signal])).then(() => over.abort());
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
