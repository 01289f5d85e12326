import { setMaxListeners } from 'node:events';

/** Time that passes only when everybody sleeps: the earliest sleeper is woken, and the clock jumps to its hour. */
export interface VirtualClock {
  /** The wall clock, in milliseconds since 1970. Setting it is a step of the clock, which no sleeper notices. */
  now: number;
  /** Milliseconds that have passed since the start; never goes back. */
  readonly monotonic: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How often the event loop was turned until everybody was found asleep. */
  readonly turns: number;
  /** Forgets whoever sleeps still: they never wake. */
  readonly end: () => void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How many turns of the event loop count as everybody being asleep. */
const quietTurns = 12;

/** A clock that starts at a time. While `isBusy` says so, something real is under way that time waits for. */
export function virtualClock(start: number, isBusy: () => boolean = () => false): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let isTurning = false;
  let passed = 0;
  let wallAhead = start;
  let turns = 0;

  const turn = async (): Promise<void> => {
    while (sleepers.size > 0) {
      for (let quiet = 0; quiet < quietTurns; quiet = isBusy() ? 0 : quiet + 1) {
        turns++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      const next = earliest(sleepers);
      if (!next) break;
      passed = Math.max(passed, next.at);
      next.wake();
    }
    isTurning = false;
  };
  const begin = (): void => {
    if (isTurning) return;
    isTurning = true;
    void turn();
  };

  return {
    get now() {
      return passed + wallAhead;
    },
    set now(wall) {
      wallAhead = wall - passed;
    },
    get monotonic() {
      return passed;
    },
    get turns() {
      return turns;
    },
    end: () => sleepers.clear(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          at: passed + Math.max(0, Math.ceil(ms)),
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        // As many may sleep as like; Node takes more than ten for a leak.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', sleeper.wake);
        begin();
      }),
  };
}

function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) if (!first || sleeper.at < first.at) first = sleeper;
  return first;
}
