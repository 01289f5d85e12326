import type { MessageChange } from '../core/outcome/after-send.ts';
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

/** What a recorder works with. */
interface RecorderOptions {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Once aborted, results no longer wait for company. */
  readonly signal: AbortSignal;
  /** Hears of a write that failed in the background. */
  readonly onFailure: (error: unknown) => void;
}

/** A recorder for one run. */
export function recorder({ ledger, lease, sleep, signal, onFailure }: RecorderOptions): Recorder {
  let waiting: AttemptRecord[] = [];
  let isTimed = false;

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    await ledger.record(lease, group);
  };
  const flushSoon = async (): Promise<void> => {
    isTimed = true;
    await sleep(groupMs, signal);
    isTimed = false;
    await flush();
  };

  return {
    add: ({ id, attempt }, change) => {
      waiting.push({ messageId: id, attempt, change });
      if (waiting.length >= groupSize) flush().catch(onFailure);
      else if (!isTimed) flushSoon().catch(onFailure);
    },
    flush,
  };
}
