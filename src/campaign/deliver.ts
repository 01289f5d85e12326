import { hostname } from 'node:os';
import { defaultRun } from '../core/defaults.ts';
import type { Message, SendResult } from '../core/message.ts';
import { defaultRetry } from '../core/outcome/after-send.ts';
import type { OnUnknown } from '../core/outcome/match-unknowns.ts';
import type { Report, RunEnd } from '../core/outcome/report.ts';
import { quoted } from '../core/text/wording.ts';
import { type RunToEndOptions, runToEnd } from '../engine/run-to-end.ts';
import { CliError } from '../errors.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { Lease } from '../ledger/runs.ts';
import type { Sender } from '../provider/provider.ts';
import type { Ports } from './ports.ts';
import { track } from './track.ts';
import { waitForUndo } from './undo.ts';

/** How a campaign is sent. Times in milliseconds. */
export interface DeliverOptions {
  /** Requests at once, at most; adapts to what the provider takes. */
  readonly concurrency: number;
  /** Messages a second for each sender; absent: as fast as they are taken. */
  readonly perSecond: number | undefined;
  /** Senders with a rate of their own, in messages a second. */
  readonly rates: Readonly<Record<string, number>>;
  /** The most messages of this run. */
  readonly limit: number | undefined;
  /** The most that the whole campaign may cost, in its currency. */
  readonly maxCost: number | undefined;
  /** Stop when most of the last messages failed alike. */
  readonly breaker: boolean;
  /** How long to go on while the provider takes nothing. */
  readonly retryForMs: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** How long a message of which no answer came is looked for. */
  readonly resolveMs: number;
  /** What to do with a message that was not found: leave it unknown, or send it again. */
  readonly onUnknown: OnUnknown;
  /** Where status callbacks go that carry our own id of the message. */
  readonly callbackUrl: string | undefined;
  /** False: look for unknown outcomes first, and send only if something is to go out again. */
  readonly sendFirst: boolean;
  /** Wait this long before anything is sent, so that it can be called back. */
  readonly undoMs: number | undefined;
  /** Then ask the provider for this long until every message has its final status. */
  readonly followMs: number | undefined;
}

/** How a campaign is sent where nothing else is said. */
export const defaultDelivery: DeliverOptions = {
  ...defaultRun,
  perSecond: undefined,
  rates: {},
  limit: undefined,
  maxCost: undefined,
  breaker: true,
  callbackUrl: undefined,
  sendFirst: true,
  undoMs: undefined,
  followMs: undefined,
};

/** What a delivery works with, and who hears how it goes. */
export interface DeliverPorts extends Ports {
  readonly provider: Sender;
  /** Ends the run as time that is up; from `deadlineOf`. */
  readonly deadline?: AbortSignal | undefined;
  /** More messages come while the run goes on; see `RunOptions`. */
  readonly arrivals?: AsyncIterable<readonly string[]> | undefined;
  readonly events?: DeliveryEvents;
}

/** Hears how a delivery goes. */
export interface DeliveryEvents {
  /** It can still be called back for so long, in milliseconds. */
  readonly onUndo?: (leftMs: number) => void;
  /** It begins, with so many messages to send. */
  readonly onStart?: (pending: number) => void;
  /** What became of one attempt. */
  readonly onResult?: (result: SendResult, message: Message) => void;
  /** Somebody has paused the campaign, or let it go on. */
  readonly onPaused?: (isPaused: boolean) => void;
  /** So many messages of which no answer came are looked for. */
  readonly onResolving?: (count: number) => void;
  /** Sending is over, whatever became of it. */
  readonly onSent?: () => void;
  /** So many are on their way still, after a round of asking. */
  readonly onRound?: (open: number) => Promise<void> | void;
}

/** What a delivery came to. */
export interface Delivered {
  /** Undefined: it was called back before anything was sent, and `canceled` messages never will be. */
  readonly end: RunEnd | undefined;
  readonly canceled: number;
  readonly report: Report;
  /** What this run's attempts came to. */
  readonly tally: { readonly accepted: number; readonly rejected: number };
  /** The run before this one died, so nobody has been told what it came to. */
  readonly tookOver: boolean;
  /** How many are still on their way; absent: that was not asked. */
  readonly open?: number;
}

/**
 * Sends every pending message of a campaign once, looks for those of which no answer came, and tells what became of
 * them. Throws a `CliError` (`held`) when another run has the campaign.
 */
export async function deliver(campaign: Campaign, options: DeliverOptions, ports: DeliverPorts): Promise<Delivered> {
  const { ledger, signal, events = {} } = ports;
  const tally = { accepted: 0, rejected: 0 };
  if (options.undoMs !== undefined) {
    const canceled = await waitForUndo(campaign, options.undoMs, { ...ports, onWait: events.onUndo });
    const end = undefined;
    if (canceled !== undefined)
      return { end, canceled, tally, tookOver: false, report: await ledger.report(campaign.id) };
  }
  const lease = await acquire(campaign, options, ports);
  let end: RunEnd;
  try {
    events.onStart?.(await pendingIn(campaign, ports));
    const onResult = (result: SendResult, claim: Message): void => {
      if (result.kind === 'accepted' || result.kind === 'rejected') tally[result.kind]++;
      events.onResult?.(result, claim);
    };
    end = await runToEnd(lease, runOptions(options, { ...ports, events: { ...events, onResult } }));
  } finally {
    events.onSent?.();
    await ledger.release(lease);
  }
  const { followMs } = options;
  const follows = followMs !== undefined && !signal.aborted;
  const open = follows ? await track(campaign.id, { ...ports, forMs: followMs, onRound: events.onRound }) : undefined;
  const report = await ledger.report(campaign.id);
  return { end, canceled: 0, tally, tookOver: lease.tookOver, report, ...(open !== undefined && { open }) };
}

async function pendingIn({ id }: Campaign, { ledger }: Ports): Promise<number> {
  return (await ledger.queues(id)).reduce((sum, { pending }) => sum + pending, 0);
}

function runOptions(options: DeliverOptions, ports: DeliverPorts): RunToEndOptions {
  const { breaker, ...run } = options;
  const { events = {}, ...rest } = ports;
  return {
    ...run,
    ...rest,
    retry: defaultRetry,
    noBreaker: !breaker,
    onResult: events.onResult,
    onResolving: events.onResolving,
    onPaused: events.onPaused,
  };
}

async function acquire(campaign: Campaign, { maxCost }: DeliverOptions, { ledger }: Ports): Promise<Lease> {
  const lease = await ledger.acquire(campaign.id, { host: hostname(), pid: process.pid }, { maxCost });
  if ('owner' in lease) return lease;
  const { host, pid } = lease.heldBy;
  throw new CliError('held', `Another run is sending ${campaign.name} (process ${pid} on ${host}).`, {
    hint: `Wait for it, or look with: volley report ${quoted(campaign.name)}`,
  });
}
