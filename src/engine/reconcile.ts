import type { Resolution } from '../core/outcome/after-send.ts';
import { afterSend, defaultRetry, type MessageChange } from '../core/outcome/after-send.ts';
import {
  matchUnknowns,
  type OnUnknown,
  type UnknownMatch,
  type UnknownMessage,
} from '../core/outcome/match-unknowns.ts';
import type { Lease, Runs } from '../ledger/runs.ts';
import type { Busy, Sender } from '../provider/provider.ts';
import { concurrencyLimit } from './concurrency.ts';
import { keepLease } from './heartbeat.ts';

/** What reconciling works with. Times in milliseconds. */
export interface ReconcileOptions {
  readonly ledger: Runs;
  readonly provider: Sender;
  readonly onUnknown: OnUnknown;
  /** How long after a message became unknown the last look is. */
  readonly resolveMs: number;
  /** How long one request may have taken. */
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What reconciling came to. */
export interface Reconciled {
  /** Found at Twilio. */
  readonly sent: number;
  /** Not found in the last look, and pending again. */
  readonly resent: number;
  /** True when somebody else has the campaign now: then nothing more of this was written. */
  readonly hasLostLease: boolean;
  /** Still unknown. */
  readonly open: number;
}

/** When to look, as shares of `resolveMs`: 5 s, 15 s and 60 s of a minute. */
const lookShares = [1 / 12, 1 / 4, 1] as const;

/** Our clock alone may have been this wrong at a claim, as by a wrong time zone, in milliseconds. */
const clockErrorMs = 86_400_000;

/** How often in a row Twilio may be too busy for a look before what is left waits for the next one. */
const mostBusy = 6;
/** A longer pause than this is not waited for within a look, in milliseconds. */
const longestBusyPauseMs = 60_000;

/**
 * Settles a campaign's unknown messages against Twilio's list. Nothing is sent here: a message that is to go out
 * again becomes pending, and only after a last look that worked, came late enough, and found nothing like it.
 */
export async function reconcile(lease: Lease, options: ReconcileOptions): Promise<Reconciled> {
  const over = new AbortController();
  const failures: unknown[] = [];
  const failed = (error: unknown) => {
    failures.push(error);
    over.abort();
  };
  const { ledger, sleep } = options;
  const stopRenewing = keepLease({ ledger, lease, sleep, lost: () => over.abort(), failed });
  try {
    const reconciled = await lookUntilResolved(lease, {
      ...options,
      signal: AbortSignal.any([options.signal, over.signal]),
    });
    if (failures.length > 0) throw failures[0];
    return { ...reconciled, hasLostLease: !(await ledger.renew(lease)) };
  } finally {
    stopRenewing();
  }
}

async function lookUntilResolved(lease: Lease, options: ReconcileOptions): Promise<Omit<Reconciled, 'hasLostLease'>> {
  const { ledger, resolveMs, monotonic, sleep, signal } = options;
  const startedAt = monotonic();
  const total = { sent: 0, resent: 0 };
  for (const [i, share] of lookShares.entries()) {
    const open = await ledger.unknowns(lease.campaignId);
    if (open.length === 0) break;
    const waitFor = (wanted: number): number => {
      // The last look may send again, so it comes late enough even where our clock was wrong at the claim.
      const errorMs = wanted === 1 ? clockErrorMs : 0;
      const youngest = open.reduce(
        (least, message) => Math.min(least, ageOf(message, errorMs, options)),
        Number.POSITIVE_INFINITY,
      );
      return resolveMs * wanted - Math.max(monotonic() - startedAt, youngest - options.timeoutMs);
    };
    const next = lookShares[i + 1];
    // What has been unknown for long is looked for once, not three times in a row.
    if (next !== undefined && waitFor(next) <= 0) continue;
    await sleep(waitFor(share), signal);
    if (signal.aborted) break;
    const found = await lookAtAll(open, lease, share === 1, options);
    total.sent += found.sent;
    total.resent += found.resent;
  }
  return { ...total, open: (await ledger.unknowns(lease.campaignId)).length };
}

/** How long ago a message was claimed, in milliseconds: by Twilio's clock, else by ours, less what that may be wrong. */
function ageOf(
  { claimedAt, clockAheadMs: then }: UnknownMessage,
  errorMs: number,
  { now, provider }: ReconcileOptions,
): number {
  const ahead = provider.clockAheadMs();
  const age = now() - claimedAt;
  return ahead === undefined || then === undefined ? age - errorMs : age + ahead - then;
}

type Group = readonly UnknownMessage[];

/** One look for each recipient, some at a time. What Twilio is too busy for is looked at later, in the end by the next look. */
async function lookAtAll(
  open: Group,
  lease: Lease,
  isLast: boolean,
  options: ReconcileOptions,
): Promise<{ sent: number; resent: number }> {
  const { signal, sleep } = options;
  const queue = byRecipient(open);
  const limit = concurrencyLimit(options.concurrency);
  const out = new Set<Promise<void>>();
  const total = { sent: 0, resent: 0 };
  let busyInARow = 0;
  let pauseMs = 0;
  const look = async (group: Group): Promise<void> => {
    const seen = await lookAt(group, lease, isLast, options);
    if ('busy' in seen) {
      queue.push(group);
      // Those that were out together count once.
      if (pauseMs === 0) busyInARow++;
      limit.onBusy();
      pauseMs = Math.max(pauseMs, pauseFor(seen.busy, busyInARow));
      return;
    }
    busyInARow = 0;
    limit.onSuccess();
    total.sent += seen.resolutions.filter(({ change }) => change.state === 'accepted').length;
    total.resent += seen.resolutions.filter(({ change }) => change.state === 'pending').length;
  };
  try {
    while (!signal.aborted && queue.length + out.size > 0) {
      const group = pauseMs === 0 && out.size < limit.current() ? queue.pop() : undefined;
      if (group) {
        const looking: Promise<void> = look(group).finally(() => out.delete(looking));
        out.add(looking);
      } else if (out.size > 0) await Promise.race(out);
      else if (busyInARow > mostBusy || pauseMs > longestBusyPauseMs) break;
      else {
        await sleep(pauseMs, signal);
        pauseMs = 0;
      }
    }
  } finally {
    await Promise.allSettled(out);
  }
  return total;
}

/** As long as a send would pause. */
function pauseFor({ afterMs }: Busy, tries: number): number {
  const result = { kind: 'retry', cause: 'busy', reason: '', ...(afterMs !== undefined && { afterMs }) } as const;
  const { effect } = afterSend(tries, result, defaultRetry, 0.5);
  return 'pauseMs' in effect ? effect.pauseMs : 0;
}

function byRecipient(messages: Group): Group[] {
  const groups = new Map<string, UnknownMessage[]>();
  for (const message of messages) {
    const recipient = `${message.request.accountSid ?? ''} ${message.request.to}`;
    const group = groups.get(recipient);
    if (group) group.push(message);
    else groups.set(recipient, [message]);
  }
  return [...groups.values()];
}

async function lookAt(
  group: Group,
  lease: Lease,
  isLast: boolean,
  { ledger, provider, onUnknown, timeoutMs, now }: ReconcileOptions,
): Promise<{ readonly resolutions: readonly Resolution[] } | { readonly busy: Busy }> {
  const [first] = group;
  if (!first) return { resolutions: [] };
  const { to, accountSid } = first.request;
  const list = await provider.list(to, accountSid);
  if (!list.ok) return list.busy ? { busy: list.busy } : { resolutions: [] };
  const taken = await ledger.takenSids(list.messages.map(({ sid }) => sid));
  const ids = group.map(({ id }) => id);
  const isContested = (await ledger.countOpen(to, ids)) > 0;
  const { messages: listed, clockAheadMs, clockSteadySince = Number.POSITIVE_INFINITY } = list;
  // Claimed before the first answer, and our clock has run evenly since: what is known of it now was so then.
  const isSteady = ({ claimedAt }: UnknownMessage) => claimedAt >= clockSteadySince && claimedAt <= now();
  const unknown = group.map((one) =>
    one.clockAheadMs === undefined && isSteady(one) ? { ...one, clockAheadMs } : one,
  );
  const matches = matchUnknowns({ unknown, listed, taken, clockAheadMs, timeoutMs, isContested });
  const resolutions = matches.flatMap((match) => {
    const change = changeFor(match, isLast ? onUnknown : 'hold');
    return change ? [{ messageId: match.id, change }] : [];
  });
  await ledger.resolve(lease, resolutions);
  return { resolutions };
}

function changeFor(match: UnknownMatch, onUnknown: OnUnknown): MessageChange | undefined {
  switch (match.kind) {
    case 'sent':
      return { state: 'accepted', sid: match.sid, status: match.status };
    case 'absent':
      return onUnknown === 'resend' ? { state: 'pending', reason: 'not found at Twilio; sent again' } : undefined;
    case 'ambiguous':
      return undefined;
  }
}
