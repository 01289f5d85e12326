import { leaseMs } from './lease.ts';

/** How much of a second's messages may catch up at once after a delay: well under the tenth that is promised. */
const burstShare = 0.05;

/** How long a rate that a run asked for holds for others after its last claim, in milliseconds: as long as its lease. */
const rateKeptForMs = leaseMs;

/** How a sender stands, whoever sends from it. Times in milliseconds since 1970, by the ledger's clock. */
export interface SenderPace {
  /** When the next message may go; absent: at once. */
  readonly nextAt?: number;
  /** Nothing goes before this: the sender's queue at Twilio is full. */
  readonly pausedUntil?: number;
  /** The lowest rate that a run asked for lately, in messages a second, and until when it holds. */
  readonly perSecond?: number;
  readonly ratedUntil?: number;
}

/** How many messages of a sender may go now, what is to be written down, and how long the next one has to wait. */
export interface Grant {
  readonly granted: number;
  readonly pace: SenderPace;
  /** Milliseconds; 0: another may go now. */
  readonly waitMs: number;
}

/** What is asked of a sender. */
export interface PaceRequest {
  readonly wanted: number;
  /** This run's own rate; the lowest of all that are asked for at a time holds. */
  readonly perSecond: number | undefined;
  /** The ledger's clock, which may be set back or forward between two calls. */
  readonly at: number;
  /** The longest that a sender is ever paused: what lies further ahead was written by a clock that was wrong. */
  readonly longestPauseMs: number;
}

/** Reserves messages of a sender. Any second sees at most 1.1 times its rate, over all runs of a ledger. */
export function reserve(pace: SenderPace, { wanted, perSecond, at, longestPauseMs }: PaceRequest): Grant {
  const pausedForMs = Math.min(longestPauseMs, (pace.pausedUntil ?? at) - at);
  if (pausedForMs > 0) return { granted: 0, pace: { ...pace, pausedUntil: at + pausedForMs }, waitMs: pausedForMs };
  const rated = withRate(pace, perSecond, at);
  const rate = rated.perSecond;
  if (rate === undefined) return { granted: wanted, pace: rated, waitMs: 0 };
  const gapMs = 1000 / rate;
  const burstMs = Math.floor(rate * burstShare) * gapMs;
  // Never further ahead than one gap: more than that can only come from a clock that has been set back.
  const from = Math.min(at + gapMs, Math.max(rated.nextAt ?? Number.NEGATIVE_INFINITY, at - burstMs));
  const granted = from > at ? 0 : Math.min(wanted, Math.floor((at - from) / gapMs) + 1);
  const nextAt = from + granted * gapMs;
  return { granted, pace: { ...rated, nextAt }, waitMs: Math.max(0, nextAt - at) };
}

/** The pace with the rate that holds now: the lowest that is asked for, as long as somebody asks for it. */
function withRate(
  { perSecond: known, ratedUntil = 0, ...pace }: SenderPace,
  own: number | undefined,
  at: number,
): SenderPace {
  const isKept = known !== undefined && ratedUntil > at && ratedUntil <= at + rateKeptForMs;
  if (isKept && (own === undefined || known < own)) return { ...pace, perSecond: known, ratedUntil };
  return own === undefined ? pace : { ...pace, perSecond: own, ratedUntil: at + rateKeptForMs };
}

/** Gives back what was reserved and not used. */
export function giveBack(pace: SenderPace, unused: number): SenderPace {
  const { nextAt, perSecond } = pace;
  if (nextAt === undefined || perSecond === undefined || unused === 0) return pace;
  return { ...pace, nextAt: nextAt - (unused * 1000) / perSecond };
}
