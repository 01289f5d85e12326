/** Time that passes only when everybody sleeps: the earliest sleeper is woken, and the clock jumps to its hour. */
export interface VirtualClock {
  /** Milliseconds since 1970. */
  now: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How many turns of the event loop count as everybody being asleep. */
const quietTurns = 3;

/** A clock that starts at a time. */
export function virtualClock(start: number): VirtualClock {
  const sleepers = new Set<Sleeper>();
  let isTurning = false;

  const turn = async (): Promise<void> => {
    while (sleepers.size > 0) {
      for (let i = 0; i < quietTurns; i++) await new Promise((resolve) => setImmediate(resolve));
      let earliest: Sleeper | undefined;
      for (const sleeper of sleepers) if (!earliest || sleeper.at < earliest.at) earliest = sleeper;
      if (!earliest) break;
      clock.now = Math.max(clock.now, earliest.at);
      earliest.wake();
    }
    isTurning = false;
  };

  const clock: VirtualClock = {
    now: start,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          at: clock.now + Math.max(0, Math.ceil(ms)),
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
        if (!isTurning) {
          isTurning = true;
          void turn();
        }
      }),
  };
  return clock;
}
