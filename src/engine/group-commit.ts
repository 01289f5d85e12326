import { setImmediate as turn } from 'node:timers/promises';

/**
 * Writes what is ready together in one commit. Nothing waits by the clock: an item that is alone is written within two
 * turns of the event loop, and what comes while a write is out goes with the next.
 */
export interface GroupCommit<T> {
  /** Resolves once the item is on disk; rejects with what its write threw, and then the item is dropped. */
  readonly add: (item: T) => Promise<void>;
  /**
   * Lets a write that is made anyway take along what has been added, and resolves to what that resolves to. What it
   * throws is thrown here, and to everyone who added something to it.
   */
  readonly writeWith: <R>(write: (items: readonly T[]) => Promise<R>) => Promise<R>;
  /** Resolves when the writes that are out now are over, well or badly. */
  readonly writesOver: () => Promise<void>;
}

interface Waiting<T> {
  readonly item: T;
  readonly written: () => void;
  readonly failed: (error: unknown) => void;
}

/** A group commit that writes with `writeAlone` when no other write takes the items along: one at a time, never of nothing. */
export function groupCommit<T>(writeAlone: (items: readonly T[]) => Promise<unknown>): GroupCommit<T> {
  let waiting: Waiting<T>[] = [];
  const writes = new Set<Promise<unknown>>();
  let isScheduled = false;

  const writeWith: GroupCommit<T>['writeWith'] = async (write) => {
    const group = waiting;
    waiting = [];
    const writing = write(group.map(({ item }) => item));
    writes.add(writing);
    try {
      const value = await writing;
      for (const { written } of group) written();
      return value;
    } catch (error) {
      for (const { failed } of group) failed(error);
      throw error;
    } finally {
      writes.delete(writing);
      void writeSoon();
    }
  };
  const writeSoon = async (): Promise<void> => {
    if (isScheduled || writes.size > 0 || waiting.length === 0) return;
    isScheduled = true;
    // The first turn brings what else is ready now; the second lets a write that is made anyway come first.
    await turn();
    await turn();
    isScheduled = false;
    // Everyone who added something hears of the error.
    if (writes.size === 0 && waiting.length > 0) await writeWith(writeAlone).catch(() => undefined);
  };

  return {
    add: (item) =>
      new Promise((written, failed) => {
        waiting.push({ item, written, failed });
        void writeSoon();
      }),
    writeWith,
    writesOver: async () => void (await Promise.allSettled(writes)),
  };
}
