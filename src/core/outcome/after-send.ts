import type { SendResult, SendState } from '../message.ts';
import { explainCode } from './error-codes.ts';

/** How long to wait before a message that certainly was not sent is tried again, in milliseconds. */
export interface RetryPolicy {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What a message waits that Twilio would not take, first and at most. */
export const defaultRetry: RetryPolicy = { baseDelayMs: 500, maxDelayMs: 30_000 };

/** What the ledger writes once an attempt is over. */
export interface MessageChange {
  readonly state: SendState;
  readonly sid?: string;
  readonly status?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly segments?: number;
  /** Not to be sent before this, in milliseconds since 1970; absent: at any time. */
  readonly dueAt?: number;
  /** Nothing of this sender is sent for so long, whoever sends, in milliseconds. */
  readonly pauseSenderMs?: number;
  /** The recipient must not be texted by this sender again. */
  readonly suppress?: true;
}

/** The result of one attempt; ignored when the claim has gone to somebody else. */
export interface AttemptRecord {
  readonly messageId: string;
  readonly attempt: number;
  readonly change: MessageChange;
}

/** What an unknown message turned out to be: sent, or certainly not, and pending again. */
export interface Resolution {
  readonly messageId: string;
  readonly change: MessageChange;
}

/** How long a campaign is retried when Twilio takes nothing, in milliseconds. */
export const defaultRetryForMs = 600_000;

/**
 * What one result means for the messages after it. A message that goes out again is pending and due at once:
 * the pause is the run's or the sender's. One that would outlast `retryForMs` ends them instead: see `isTooLong`.
 */
export type Effect =
  | { readonly kind: 'none' }
  | { readonly kind: 'busy'; readonly pauseMs: number }
  | { readonly kind: 'unreachable'; readonly pauseMs: number }
  | { readonly kind: 'pause-sender'; readonly pauseMs: number }
  | { readonly kind: 'stop-sender'; readonly code: number; readonly reason: string }
  | { readonly kind: 'stop-run'; readonly code: number; readonly reason: string };

/** Both halves of a decision: for the message itself, and for those after it. */
export interface AfterSend {
  readonly change: MessageChange;
  readonly effect: Effect;
}

/** How long a sender rests whose queue at Twilio is full (21611): it drains within minutes. */
export const fullQueuePauseMs = 60_000;

/** No pause is shorter, whatever an answer asks for, in milliseconds. */
const shortestPauseMs = 250;

const nothing: Effect = { kind: 'none' };

/** Decides what one result means. `tries`: attempts in a row that were not sent, this one included; `random` in [0, 1) spreads the retries. */
export function afterSend(tries: number, result: SendResult, policy: RetryPolicy, random: number): AfterSend {
  switch (result.kind) {
    case 'accepted': {
      const { sid, status, segments } = result;
      return { change: { state: 'accepted', sid, status, ...(segments && { segments }) }, effect: nothing };
    }
    case 'unknown':
      return { change: { state: 'unknown', reason: result.reason }, effect: nothing };
    case 'stop': {
      const { code, reason } = result;
      return { change: { state: 'pending', code, reason }, effect: { kind: 'stop-run', code, reason } };
    }
    case 'retry': {
      const pauseMs = pauseAfter(tries, result.afterMs, policy, random);
      return { change: { state: 'pending', reason: result.reason }, effect: { kind: result.cause, pauseMs } };
    }
    case 'rejected':
      return afterRejection(result.code, result.reason);
  }
}

/**
 * As long as Twilio asks for and a little more, so that not all come back at once; and never less than our own pause,
 * which grows with the tries: a server that asks for a second each time is not to be asked each second.
 */
function pauseAfter(tries: number, afterMs: number | undefined, policy: RetryPolicy, random: number): number {
  const doubled = Math.min(policy.baseDelayMs * 2 ** (tries - 1), policy.maxDelayMs);
  const ownMs = Math.max(shortestPauseMs, doubled * (0.5 + random));
  const askedMs = afterMs !== undefined && Number.isFinite(afterMs) ? afterMs + shortestPauseMs * random : 0;
  return Math.round(Math.max(ownMs, askedMs));
}

/** Whether a pause would last beyond the time for which a run that gets nothing through goes on trying; in milliseconds. */
export function isTooLong(pauseMs: number, failingForMs: number, retryForMs: number): boolean {
  return failingForMs + pauseMs > retryForMs;
}

function afterRejection(code: number, reason: string): AfterSend {
  const rejected: MessageChange = { state: 'rejected', code, reason };
  switch (explainCode(code)?.action) {
    case 'stop-sender':
      return { change: rejected, effect: { kind: 'stop-sender', code, reason } };
    case 'pause-sender':
      return {
        change: { state: 'pending', code, reason, pauseSenderMs: fullQueuePauseMs },
        effect: { kind: 'pause-sender', pauseMs: fullQueuePauseMs },
      };
    case 'suppress':
      return { change: { ...rejected, suppress: true }, effect: nothing };
    default:
      return { change: rejected, effect: nothing };
  }
}
