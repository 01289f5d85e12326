import type { MessageChange } from '../core/outcome/after-send.ts';
import { type Finding, settle, type UnknownMessage } from '../core/outcome/settle.ts';
import type { Lease, Ledger, Settlement } from '../ledger/ledger.ts';
import type { Transport } from '../transport/transport.ts';
import { keepLease } from './heartbeat.ts';

/** What to do with a message that Twilio does not list: leave it to a person, or send it again. */
export type OnUnknown = 'hold' | 'resend';

/** What reconciling works with. Times in milliseconds. */
export interface ReconcileOptions {
  readonly ledger: Ledger;
  readonly transport: Transport;
  readonly onUnknown: OnUnknown;
  /** How long after a message became unknown the last look is. */
  readonly settleMs: number;
  /** How long one request may have taken. */
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What reconciling came to. */
export interface Reconciled {
  /** Found at Twilio. */
  readonly sent: number;
  /** Not found in the last look, and pending again. */
  readonly resent: number;
  /** Still unknown. */
  readonly open: number;
}

/** When to look, as shares of `settleMs`: 5 s, 15 s and 60 s of a minute. */
const looks = [1 / 12, 1 / 4, 1] as const;

/**
 * Settles a campaign's unknown messages against Twilio's list. Nothing is sent here: a message that is to go out
 * again becomes pending, and only after a last look that worked, came late enough, and found nothing like it.
 */
export async function reconcile(lease: Lease, options: ReconcileOptions): Promise<Reconciled> {
  const lost = new AbortController();
  const failures: unknown[] = [];
  const failed = (error: unknown) => {
    failures.push(error);
    lost.abort();
  };
  const { ledger, sleep } = options;
  const stopRenewing = keepLease({ ledger, lease, sleep, lost: () => lost.abort(), failed });
  try {
    const reconciled = await lookUntilSettled(lease, {
      ...options,
      signal: AbortSignal.any([options.signal, lost.signal]),
    });
    if (failures.length > 0) throw failures[0];
    return reconciled;
  } finally {
    stopRenewing();
  }
}

async function lookUntilSettled(lease: Lease, options: ReconcileOptions): Promise<Reconciled> {
  const { ledger, settleMs, timeoutMs, now, sleep, signal } = options;
  const startedAt = now();
  const total = { sent: 0, resent: 0 };
  for (const share of looks) {
    const open = await ledger.unknowns(lease.campaignId);
    if (open.length === 0) break;
    // A message from an earlier run has been unknown for long: its looks are due at once.
    const since = open.reduce(
      (latest, { claimedAt }) => Math.max(latest, Math.min(startedAt, claimedAt + timeoutMs)),
      0,
    );
    await sleep(since + settleMs * share - now(), signal);
    if (signal.aborted) break;
    const found = await lookAtAll(open, lease, share === 1, options);
    total.sent += found.sent;
    total.resent += found.resent;
  }
  return { ...total, open: (await ledger.unknowns(lease.campaignId)).length };
}

/** One look for each recipient, some at a time. */
async function lookAtAll(
  open: readonly UnknownMessage[],
  lease: Lease,
  isLast: boolean,
  options: ReconcileOptions,
): Promise<{ sent: number; resent: number }> {
  const queue = byRecipient(open);
  const total = { sent: 0, resent: 0 };
  const work = async () => {
    for (let group = queue.pop(); group && !options.signal.aborted; group = queue.pop()) {
      const settled = await lookAt(group, lease, isLast, options);
      total.sent += settled.filter(({ change }) => change.state === 'accepted').length;
      total.resent += settled.filter(({ change }) => change.state === 'pending').length;
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return total;
}

function byRecipient(messages: readonly UnknownMessage[]): UnknownMessage[][] {
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
  group: readonly UnknownMessage[],
  lease: Lease,
  isLast: boolean,
  { ledger, transport, onUnknown, timeoutMs }: ReconcileOptions,
): Promise<readonly Settlement[]> {
  const [first] = group;
  if (!first) return [];
  const { to, accountSid } = first.request;
  const list = await transport.list(to, accountSid);
  if (!list.ok) return [];
  const taken = await ledger.takenSids(list.messages.map(({ sid }) => sid));
  const isContested =
    (await ledger.countOpen(
      to,
      group.map(({ id }) => id),
    )) > 0;
  const findings = settle({
    unknown: group,
    listed: list.messages,
    taken,
    clockAheadMs: list.clockAheadMs,
    timeoutMs,
    isContested,
  });
  const settlements = findings.flatMap((finding) => {
    const change = changeFor(finding, isLast ? onUnknown : 'hold');
    return change ? [{ messageId: finding.id, change }] : [];
  });
  await ledger.settle(lease, settlements);
  return settlements;
}

function changeFor(finding: Finding, onUnknown: OnUnknown): MessageChange | undefined {
  switch (finding.kind) {
    case 'sent':
      return { state: 'accepted', sid: finding.sid, status: finding.status };
    case 'absent':
      return onUnknown === 'resend' ? { state: 'pending', reason: 'not found at Twilio; sent again' } : undefined;
    case 'ambiguous':
      return undefined;
  }
}
