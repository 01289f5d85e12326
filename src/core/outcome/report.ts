import type { RowIssue, SendState } from '../message.ts';
import { isDeliveredStatus, isFailedStatus, isFinalStatus } from './status.ts';

/** What messages cost; null where no price is known. */
export interface Cost {
  readonly amount: number | null;
  readonly currency: string | null;
}

/** A cost as sums are told: to a ten-thousandth, as prices are given. */
export function roundedCost(amount: number | null, currency: string | null): Cost {
  return amount === null || currency === null
    ? { amount: null, currency: null }
    : { amount: Math.round(amount * 10_000) / 10_000, currency };
}

/** How a campaign stands: the ledger's count of it. */
export interface Report {
  readonly rows: number;
  readonly counts: Readonly<Record<SendState, number>>;
  /** Twilio's last word on the accepted ones. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many of the undelivered ones were sent once more, and taken. */
  readonly retried: number;
  readonly segments: number;
  /** What Twilio has charged, and for the rest what it costs at most by the prices known when it was planned. */
  readonly cost: Cost;
  /** The part of the cost that Twilio has told, and for how many messages. */
  readonly charged: { readonly messages: number; readonly cost: Cost };
  /** Why messages were rejected or failed, most frequent first. */
  readonly errors: readonly { readonly code: number | null; readonly reason: string; readonly count: number }[];
  /** What is wrong with the invalid rows, at most the first thousand. */
  readonly issues: readonly RowIssue[];
}

/** What became of the messages that Twilio took, as far as it has said. */
export interface Arrivals {
  readonly delivered: number;
  readonly failed: number;
  readonly onTheWay: number;
}

/** How many messages arrived, did not, and are on their way still. */
export function arrivalsOf({ statuses }: Pick<Report, 'statuses'>): Arrivals {
  const sum = (isWanted: (status: string) => boolean) =>
    Object.entries(statuses).reduce((total, [status, n]) => total + (isWanted(status) ? n : 0), 0);
  return {
    delivered: sum(isDeliveredStatus),
    failed: sum(isFailedStatus),
    onTheWay: sum((status) => !isFinalStatus(status)),
  };
}

/** What became of the messages to a country (ISO 3166, or `unknown`). */
export interface CountryDelivery {
  readonly country: string;
  /** How many Twilio took. */
  readonly messages: number;
  readonly delivered: number;
}

/** How many messages to a country (ISO 3166, or `unknown`) were not delivered for one reason. */
export interface Failure {
  /** Twilio's error code; null where it gave none. */
  readonly code: number | null;
  readonly country: string;
  readonly messages: number;
}

/** How many messages came to a status in one step of time. */
export interface TimelinePoint {
  /** When the step begins, in milliseconds since 1970. */
  readonly at: number;
  readonly status: string;
  readonly messages: number;
}

/** Why a run ended. */
export type RunEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'limit' }
  | { readonly kind: 'interrupted' }
  /** `--max-duration` or `--not-after`. */
  | { readonly kind: 'deadline' }
  /** Most of the last messages failed alike. */
  | { readonly kind: 'breaker'; readonly code?: number; readonly reason: string }
  | { readonly kind: 'credentials'; readonly code: number; readonly reason: string }
  | { readonly kind: 'sender'; readonly sender: string; readonly code: number; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** What is left waits for quiet hours to end, until a time in milliseconds since 1970. */
  | { readonly kind: 'deferred'; readonly untilMs: number }
  /** Somebody called the campaign back. */
  | { readonly kind: 'recalled' }
  /** One more message could have gone over `--max-cost`. */
  | { readonly kind: 'budget' }
  | { readonly kind: 'lost-lease' };

/** No rows at all in any state. */
export function emptyCounts(): Record<SendState, number> {
  return { invalid: 0, skipped: 0, pending: 0, claimed: 0, accepted: 0, rejected: 0, unknown: 0, canceled: 0 };
}
