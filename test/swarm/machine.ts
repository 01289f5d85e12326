import type { VirtualClock } from '../virtual-clock.ts';
import type { Dice } from './dice.ts';
import type { Machinery } from './draw.ts';
import type { Happening } from './history.ts';

/** One computer: a wall clock that may be wrong and step, and processes that may freeze and die. */
export interface Machine {
  /** Its wall clock, in milliseconds since 1970. */
  wall(): number;
  /** Milliseconds that never go back; they stand still while it is suspended. */
  monotonic(): number;
  /** Everything about it happens no more from here on. */
  settle(): void;
  isSettled(): boolean;
  /** Starts a process; a sound one neither freezes nor dies. */
  start(run: string, isSound?: boolean): Process;
}

/** A process: whatever it does passes through here, so that it can be stopped there. */
export interface Process {
  readonly run: string;
  readonly isDead: () => boolean;
  readonly died: Promise<'died'>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves when the process runs; never, once it is dead. */
  readonly awake: () => Promise<void>;
  /** Stops the process now and then. */
  readonly mayDie: () => void;
  readonly mayFreeze: () => void;
}

/** What a machine is made of. */
export interface MachineOptions {
  readonly clock: VirtualClock;
  readonly startsAt: number;
  readonly machinery: Machinery;
  readonly on: Dice;
  readonly tell: (happening: Happening) => void;
}

const never = new Promise<never>(() => undefined);
const forever = new AbortController().signal;

/** Switches a machine on. */
export function machine({ clock, startsAt, machinery, on, tell }: MachineOptions): Machine {
  const suspensions: { readonly from: number; readonly until: number }[] = [];
  let aheadMs = machinery.skewMs;
  let isSettled = false;
  const at = () => clock.monotonic;
  const suspendedMs = () =>
    suspensions.reduce((sum, { from, until }) => sum + Math.max(0, Math.min(at(), until) - from), 0);
  const monotonic = () => at() - suspendedMs();

  for (const { atMs, byMs } of machinery.steps) {
    void clock.sleep(atMs, forever).then(() => {
      aheadMs += byMs;
      tell({ kind: 'step', at: at(), byMs });
    });
  }
  for (const { atMs, forMs } of machinery.suspends) {
    void clock.sleep(atMs, forever).then(() => {
      suspensions.push({ from: at(), until: at() + forMs });
      tell({ kind: 'suspend', at: at(), forMs });
    });
  }

  const start = (run: string, isSound = false): Process => {
    let isDead = false;
    let frozenUntil = 0;
    let bury: () => void = () => undefined;
    const died = new Promise<'died'>((resolve) => {
      bury = () => resolve('died');
    });
    const awake = async (): Promise<void> => {
      for (;;) {
        if (isDead) return never;
        const until = Math.max(frozenUntil, suspensions.at(-1)?.until ?? 0);
        if (until <= at()) return;
        await clock.sleep(until - at(), forever);
      }
    };
    return {
      ...{ run, died, awake, isDead: () => isDead },
      sleep: async (ms, signal) => {
        const until = monotonic() + Math.max(0, ms);
        do {
          await clock.sleep(until - monotonic(), signal);
          await awake();
        } while (!signal.aborted && monotonic() < until);
      },
      mayDie: () => {
        if (isDead || isSound || isSettled || !on.chance(machinery.deaths)) return;
        isDead = true;
        tell({ kind: 'death', at: at(), run });
        bury();
      },
      mayFreeze: () => {
        if (isDead || isSound || isSettled || !on.chance(machinery.freezes)) return;
        const forMs = on.skewed(100, 400_000);
        frozenUntil = at() + forMs;
        tell({ kind: 'freeze', at: at(), run, forMs });
      },
    };
  };
  return {
    start,
    monotonic,
    wall: () => Math.floor(startsAt + at() + aheadMs),
    isSettled: () => isSettled,
    settle: () => {
      isSettled = true;
    },
  };
}
