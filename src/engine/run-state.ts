import type { RunEnd } from '../core/outcome/report.ts';
import type { ConcurrencyLimit } from './concurrency.ts';

/** Why the whole run holds back, and for how long. */
export interface HoldBack {
  readonly reason: string;
  readonly pauseMs: number;
}

/** What the lanes of one run share: slots, pauses, and why it ended. */
export interface RunState {
  /** Aborted when the run ends, by itself or from outside. */
  readonly signal: AbortSignal;
  readonly stop: (end: RunEnd) => void;
  /** Ends one lane; told as the run's end unless something stopped the whole run. */
  readonly laneStopped: (end: RunEnd) => void;
  readonly fail: (error: unknown) => void;
  /** Throws what `fail` was told. */
  readonly end: () => RunEnd;
  /** Resolves when a slot comes back. */
  readonly change: () => Promise<void>;
  readonly allBack: () => Promise<void>;
  readonly freeSlots: () => number;
  /** True when the run may send no more: its `limit` is used up and nothing is out that could come back. */
  readonly isSpent: () => boolean;
  readonly reserve: (count: number) => void;
  /** Gives slots back; `unsent` of them sent nothing and do not count against the limit. */
  readonly release: (count: number, unsent: number) => void;
  /** Milliseconds since 1970 until which nobody sends. */
  readonly pausedUntil: () => number;
  /** Counts the pauses: only a request that went out after the last one can cause the next. */
  readonly epoch: () => number;
  /** How many pauses came in a row without a success between. */
  readonly streak: () => number;
  readonly holdBack: (cause: HoldBack, epoch: number) => void;
  readonly progressed: () => void;
}

interface Settings {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal | undefined;
  readonly now: () => number;
  readonly concurrency: ConcurrencyLimit;
  readonly retryForMs: number;
  readonly limit: number;
}

/** The state of one run. */
export function runState({ signal, deadline, now, concurrency, retryForMs, limit }: Settings): RunState {
  const bell = makeBell();
  const ending = makeEnding(signal, deadline);
  let out = 0;
  let left = limit;
  let pausedUntil = 0;
  let epoch = 0;
  let streak = 0;
  let failingSince = 0;

  return {
    ...ending,
    end: () => ending.end(left === 0),
    change: bell.rung,
    allBack: async () => {
      while (out > 0) await bell.rung();
    },
    freeSlots: () => Math.min(concurrency.current() - out, left),
    isSpent: () => left === 0 && out === 0,
    reserve: (count) => {
      out += count;
      left -= count;
    },
    release: (count, unsent) => {
      out -= count;
      left += unsent;
      bell.ring();
    },
    pausedUntil: () => pausedUntil,
    epoch: () => epoch,
    streak: () => streak,
    holdBack: ({ reason, pauseMs }, seenEpoch) => {
      if (seenEpoch !== epoch) return;
      epoch++;
      if (streak++ === 0) failingSince = now();
      pausedUntil = now() + pauseMs;
      concurrency.onBusy();
      if (pausedUntil - failingSince > retryForMs) ending.stop({ kind: 'unreachable', reason });
    },
    progressed: () => {
      streak = 0;
      concurrency.onSuccess();
    },
  };
}

function makeEnding(outside: AbortSignal, deadline: AbortSignal | undefined) {
  const ended = new AbortController();
  let runEnd: RunEnd | undefined;
  let laneEnd: RunEnd | undefined;
  let failure: { readonly error: unknown } | undefined;
  return {
    signal: AbortSignal.any([outside, ended.signal, ...(deadline ? [deadline] : [])]),
    stop: (end: RunEnd) => {
      runEnd ??= end;
      ended.abort();
    },
    laneStopped: (end: RunEnd) => {
      laneEnd ??= end;
    },
    fail: (error: unknown) => {
      failure ??= { error };
      ended.abort();
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

function makeBell(): { readonly ring: () => void; readonly rung: () => Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    ring: () => {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    rung: () => new Promise((resolve) => waiting.push(resolve)),
  };
}
