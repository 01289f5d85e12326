import type { AttemptRecord, MessageChange } from '../core/outcome/after-send.ts';
import type { Claim, Lease, Runs } from '../ledger/runs.ts';

/** Gathers results, so that many go to disk in one commit: with the next claim, or soon by themselves. */
export interface Recorder {
  /** Resolves once the result is on disk; where it cannot be written, `onFailure` hears why. */
  readonly add: (claim: Claim, change: MessageChange) => Promise<void>;
  /** Lets somebody else write what has been gathered; when that fails, it is gathered again. */
  readonly withResults: <T>(write: (results: readonly AttemptRecord[]) => Promise<T>) => Promise<T>;
  /** Resolves when everything added so far is on disk; throws what a write threw. */
  readonly flush: () => Promise<void>;
}

/** How long a result may wait for company, in milliseconds. Losing one costs a look-up, never a second message. */
const groupMs = 10;

/** What a recorder works with. */
interface RecorderOptions {
  readonly ledger: Runs;
  readonly lease: Lease;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Once aborted, results no longer wait for company. */
  readonly signal: AbortSignal;
  /** Hears of a write that failed in the background. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly result: AttemptRecord;
  readonly written: () => void;
}

/** A recorder for one run. */
export function recorder({ ledger, lease, sleep, signal, onFailure }: RecorderOptions): Recorder {
  let waiting: Waiting[] = [];
  let isTimed = false;

  const withResults: Recorder['withResults'] = async (write) => {
    const group = waiting;
    waiting = [];
    try {
      const value = await write(group.map(({ result }) => result));
      for (const { written } of group) written();
      return value;
    } catch (error) {
      waiting = [...group, ...waiting];
      throw error;
    }
  };
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await withResults((results) => ledger.record(lease, results));
  };
  const flushSoon = async (): Promise<void> => {
    isTimed = true;
    await sleep(groupMs, signal);
    isTimed = false;
    await flush();
  };

  return {
    add: ({ id, attempt }, change) =>
      new Promise((resolve) => {
        waiting.push({ result: { messageId: id, attempt, change }, written: resolve });
        if (!isTimed) flushSoon().catch(onFailure);
      }),
    withResults,
    flush,
  };
}
