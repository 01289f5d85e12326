import { isTooLong } from '../core/outcome/after-send.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import type { RunAccount } from './run-account.ts';

/** Why the whole run holds back, and for how long. */
export interface HoldBack {
  readonly reason: string;
  readonly pauseMs: number;
}

/** What one round of a run knows of itself: requests that are out, pauses, and why it ended. Times in monotonic milliseconds. */
export interface RunState {
  /** Aborted when the run ends, by itself or from outside. */
  readonly signal: AbortSignal;
  readonly stop: (end: RunEnd) => void;
  /** One sender goes on no more; told as the run's end unless something stopped the whole run. */
  readonly laneStopped: (end: RunEnd) => void;
  readonly fail: (error: unknown) => void;
  /** Throws what `fail` was told. */
  readonly end: () => RunEnd;
  /** Lets go of the signals it listens to. */
  readonly dispose: () => void;
  /** Ends the wait of `change`: something is different now. */
  readonly wake: () => void;
  /**
   * Resolves when something has changed since the last call, or when `until` resolves. The signal that `until` is given
   * is aborted then, so that it can clear its timer.
   */
  readonly change: (until?: (wakened: AbortSignal) => Promise<void>) => Promise<void>;
  /** Resolves when no request is out. */
  readonly allBack: () => Promise<void>;
  readonly freeSlots: () => number;
  /** True when the run may send no more: its limit is used up and nothing is out that could come back. */
  readonly isSpent: () => boolean;
  /** True while a message can come back or arrive. */
  readonly isExpecting: () => boolean;
  readonly reserve: () => void;
  /** A request is over; one that sent nothing does not count against the limit. */
  readonly release: (wasUnsent: boolean) => void;
  /** A message is on its way back into the ledger's queue. */
  readonly returning: (written: Promise<void>) => void;
  readonly expectArrivals: () => void;
  readonly arrivalsEnded: () => void;
  /** Until when nobody sends. */
  readonly pausedUntil: () => number;
  /** Counts the pauses: only a request that went out after the last one can cause the next. */
  readonly epoch: () => number;
  /** How many pauses came in a row without a success between. */
  readonly streak: () => number;
  readonly holdBack: (cause: HoldBack, epoch: number) => void;
  readonly progressed: () => void;
  /** Whether the last claim found the campaign paused. */
  readonly isPaused: () => boolean;
  readonly notePause: (isPaused: boolean) => void;
}

interface Settings {
  readonly signal: AbortSignal;
  readonly deadline?: AbortSignal | undefined;
  readonly monotonic: () => number;
  readonly account: RunAccount;
  readonly retryForMs: number;
}

/** The state of one round. */
export function runState({ signal, deadline, monotonic, account, retryForMs }: Settings): RunState {
  const bell = makeBell();
  const ending = makeEnding(signal, deadline, bell.ring);
  const { concurrency } = account;
  const backOff = makeBackOff({
    ...{ monotonic, retryForMs, concurrency },
    onTooLong: (reason) => ending.stop({ kind: 'unreachable', reason }),
  });
  let out = 0;
  let returning = 0;
  let isArriving = false;
  let isPaused = false;

  return {
    ...ending,
    ...backOff,
    end: () => ending.end(account.left <= 0),
    wake: bell.ring,
    change: bell.rung,
    allBack: async () => {
      while (out > 0) await bell.rung();
    },
    freeSlots: () => Math.min(concurrency.current() - out, account.left),
    isSpent: () => account.left <= 0 && out === 0 && returning === 0,
    isExpecting: () => out > 0 || returning > 0 || isArriving,
    reserve: () => {
      out++;
      account.left--;
    },
    release: (wasUnsent) => {
      out--;
      if (wasUnsent) account.left++;
      bell.ring();
    },
    returning: (written) => {
      returning++;
      written
        .finally(() => {
          returning--;
          bell.ring();
        })
        .catch(ending.fail);
    },
    expectArrivals: () => {
      isArriving = true;
    },
    arrivalsEnded: () => {
      isArriving = false;
      bell.ring();
    },
    isPaused: () => isPaused,
    notePause: (found) => {
      isPaused = found;
    },
  };
}

interface BackOffOptions extends Pick<Settings, 'monotonic' | 'retryForMs'> {
  readonly concurrency: RunAccount['concurrency'];
  readonly onTooLong: (reason: string) => void;
}

/** How long the whole run holds back while Twilio takes nothing, until that has gone on for too long. */
function makeBackOff({
  monotonic,
  retryForMs,
  concurrency,
  onTooLong,
}: BackOffOptions): Pick<RunState, 'pausedUntil' | 'epoch' | 'streak' | 'holdBack' | 'progressed'> {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let epoch = 0;
  let streak = 0;
  let failingSince = 0;
  return {
    pausedUntil: () => pausedUntil,
    epoch: () => epoch,
    streak: () => streak,
    holdBack: ({ reason, pauseMs }, seenEpoch) => {
      if (seenEpoch !== epoch) return;
      epoch++;
      if (streak++ === 0) failingSince = monotonic();
      pausedUntil = monotonic() + pauseMs;
      concurrency.onBusy();
      if (isTooLong(pauseMs, monotonic() - failingSince, retryForMs)) onTooLong(reason);
    },
    progressed: () => {
      streak = 0;
      concurrency.onSuccess();
    },
  };
}

/** Why a round ended, and the signal that says so. */
function makeEnding(outside: AbortSignal, deadline: AbortSignal | undefined, onEnd: () => void) {
  const ended = new AbortController();
  const sources = [outside, ...(deadline ? [deadline] : [])];
  let runEnd: RunEnd | undefined;
  let laneEnd: RunEnd | undefined;
  let failure: { readonly error: unknown } | undefined;
  const abort = () => {
    ended.abort();
    onEnd();
  };
  for (const source of sources) {
    if (source.aborted) abort();
    else source.addEventListener('abort', abort);
  }
  return {
    signal: ended.signal,
    dispose: () => {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
    stop: (end: RunEnd) => {
      runEnd ??= end;
      abort();
    },
    laneStopped: (end: RunEnd) => {
      laneEnd ??= end;
    },
    fail: (error: unknown) => {
      failure ??= { error };
      abort();
    },
    end: (limitReached: boolean): RunEnd => {
      if (failure) throw failure.error;
      if (runEnd) return runEnd;
      if (outside.aborted) return { kind: 'interrupted' };
      if (deadline?.aborted) return { kind: 'deadline' };
      return laneEnd ?? { kind: limitReached ? 'limit' : 'finished' };
    },
  };
}

interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, or at once when it has rung since it was last listened to. */
  readonly rung: (until?: (wakened: AbortSignal) => Promise<void>) => Promise<void>;
}

function makeBell(): Bell {
  let hasRung = false;
  let waiting: (() => void)[] = [];
  return {
    ring: () => {
      hasRung = true;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    rung: async (until) => {
      if (!hasRung) {
        const wakened = new AbortController();
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          until?.(wakened.signal).then(resolve);
        });
        wakened.abort();
      }
      hasRung = false;
    },
  };
}
