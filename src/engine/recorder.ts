import type { MessageChange } from '../core/after-send.ts';
import type { AttemptRecord, Claim, Lease, Ledger } from '../ledger/ledger.ts';

/** Writes results to the ledger in groups: one commit for many. */
export interface Recorder {
  readonly add: (claim: Claim, change: MessageChange) => void;
  /** Resolves when everything added so far is on disk; throws what a write threw. */
  readonly flush: () => Promise<void>;
}

/** How long a result may wait for company, in milliseconds. Losing one costs a look-up, never a second message. */
const groupMs = 10;
const groupSize = 100;

/** A recorder for one run. `onFailure` hears of a write that failed in the background. */
export function recorder(ledger: Ledger, lease: Lease, onFailure: (error: unknown) => void): Recorder {
  let waiting: AttemptRecord[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    await ledger.record(lease, group);
  };

  return {
    add: ({ id, attempt }, change) => {
      waiting.push({ messageId: id, attempt, change });
      if (waiting.length >= groupSize) flush().catch(onFailure);
      else timer ??= setTimeout(() => flush().catch(onFailure), groupMs);
    },
    flush,
  };
}
