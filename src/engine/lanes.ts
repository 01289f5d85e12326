import TinyQueue from 'tinyqueue';
import type { Want } from '../ledger/runs.ts';

/** The senders that have messages to send, and when each may have its next one. Times in monotonic milliseconds. */
export interface Lanes {
  /** Says when a sender may have its next message; of two times that were said the earlier one counts. */
  readonly add: (sender: string, readyAt: number) => void;
  /** Nothing of this sender is left, as far as is known: another one may have its place. */
  readonly done: (sender: string) => void;
  /** No message of this sender is sent again in this run. */
  readonly close: (sender: string) => void;
  /** Nothing of this sender before a time. */
  readonly pause: (sender: string, until: number) => void;
  /** Takes out the senders that may send now, as many as there are slots for, and shares the slots among them. */
  readonly take: (slots: number, at: number) => readonly Want[];
  /** When the next sender may send; undefined: none is waiting. */
  readonly nextAt: () => number | undefined;
}

interface Waiting {
  readonly sender: string;
  readonly readyAt: number;
  /** Of those that are ready at the same time, who was there first goes first. */
  readonly order: number;
}

/**
 * Lanes of which at most so many are worked on at once; a sender that has none waits for its turn. What each sender
 * costs does not grow with how many there are, or with how many messages they have.
 */
export function makeLanes(most = Number.POSITIVE_INFINITY): Lanes {
  const open = new Set<string>();
  const behind = new Map<string, number>();
  const ready = readyQueue();
  const pausedUntil = new Map<string, number>();
  const closed = new Set<string>();

  const add = (sender: string, at: number): void => {
    if (closed.has(sender)) return;
    if (open.has(sender) || open.size < most) {
      open.add(sender);
      ready.add(sender, Math.max(at, pausedUntil.get(sender) ?? at));
    } else behind.set(sender, Math.min(at, behind.get(sender) ?? at));
  };
  const done = (sender: string): void => {
    open.delete(sender);
    ready.remove(sender);
    for (const [next, at] of behind) {
      if (open.size >= most) return;
      behind.delete(next);
      add(next, at);
    }
  };
  return {
    add,
    done,
    close: (sender) => {
      closed.add(sender);
      behind.delete(sender);
      done(sender);
    },
    pause: (sender, until) => {
      pausedUntil.set(sender, until);
      if (!ready.remove(sender)) return;
      // Others have its place meanwhile.
      done(sender);
      add(sender, until);
    },
    take: (slots, at) => {
      const senders = ready.take(slots, at);
      const share = Math.floor(slots / senders.length);
      const extra = slots % senders.length;
      return senders.map((sender, i) => ({ sender, limit: share + (i < extra ? 1 : 0) }));
    },
    nextAt: ready.firstAt,
  };
}

/** Senders by when they are ready; of two times that are given for one the earlier one counts. */
function readyQueue() {
  const waiting = new TinyQueue<Waiting>([], (a, b) => a.readyAt - b.readyAt || a.order - b.order);
  const readyAt = new Map<string, number>();
  let order = 0;

  const isCurrent = (entry: Waiting) => readyAt.get(entry.sender) === entry.readyAt;
  /** What is first in the queue, once what was removed or came forward is out of it. */
  const first = (): Waiting | undefined => {
    for (let entry = waiting.peek(); entry && !isCurrent(entry); entry = waiting.peek()) waiting.pop();
    return waiting.peek();
  };
  return {
    add: (sender: string, at: number): void => {
      if ((readyAt.get(sender) ?? Number.POSITIVE_INFINITY) <= at) return;
      readyAt.set(sender, at);
      waiting.push({ sender, readyAt: at, order: order++ });
    },
    /** False: it was not in the queue. */
    remove: (sender: string): boolean => readyAt.delete(sender),
    /** Takes out those that are ready, at most so many. */
    take: (most: number, at: number): readonly string[] => {
      const senders: string[] = [];
      for (let next = first(); senders.length < most && next && next.readyAt <= at; next = first()) {
        waiting.pop();
        readyAt.delete(next.sender);
        senders.push(next.sender);
      }
      return senders;
    },
    firstAt: (): number | undefined => first()?.readyAt,
  };
}
