/** Timers that end together: after `stop` none fires and none starts. */
export interface Timers {
  readonly later: (delayMs: number, work: () => void) => void;
  /** Never ends when stopped before. */
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly isStopped: () => boolean;
  readonly stop: () => void;
}

/** The longest Node.js can wait at a stretch; a longer delay would fire at once. */
const longestMs = 2 ** 31 - 1;

/** A set of timers of one simulator. */
export function makeTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  let isStopped = false;
  const later = (delayMs: number, work: () => void): void => {
    if (isStopped) return;
    const timer = setTimeout(
      () => {
        running.delete(timer);
        if (delayMs > longestMs) later(delayMs - longestMs, work);
        else work();
      },
      Math.min(delayMs, longestMs),
    );
    running.add(timer);
  };
  return {
    later,
    sleep: (delayMs) => new Promise((resolve) => later(delayMs, resolve)),
    isStopped: () => isStopped,
    stop: () => {
      isStopped = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
