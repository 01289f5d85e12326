import type { AttemptRecord, MessageChange } from '../core/outcome/after-send.ts';
import type { Claim, Lease, Runs } from '../ledger/runs.ts';
import { groupCommit } from './group-commit.ts';

/** Gathers results, so that many go to disk in one commit: with the next claim, or at once by themselves. */
export interface Recorder {
  /** Resolves once the result is on disk. Rejects when it could not be written; the next write takes it along again. */
  readonly add: (claim: Claim, change: MessageChange) => Promise<void>;
  /** Lets `write` take along what has been gathered; throws what it throws. */
  readonly withResults: <T>(write: (results: readonly AttemptRecord[]) => Promise<T>) => Promise<T>;
  /** Resolves when no write of results is out any more; what failed goes with the next `withResults`. */
  readonly writesOver: () => Promise<void>;
}

/** A recorder for one run. */
export function recorder(ledger: Pick<Runs, 'record'>, lease: Lease): Recorder {
  const commit = groupCommit<AttemptRecord>((results) => ledger.record(lease, results));
  /** Losing a result costs a look-up, never a second message; but the disk may have room again. */
  let unwritten: readonly AttemptRecord[] = [];
  return {
    add: async ({ id, attempt }, change) => {
      const result = { messageId: id, attempt, change };
      try {
        await commit.add(result);
      } catch (error) {
        unwritten = [...unwritten, result];
        throw error;
      }
    },
    withResults: (write) =>
      commit.writeWith(async (results) => {
        const again = unwritten;
        unwritten = [];
        try {
          return await write([...again, ...results]);
        } catch (error) {
          unwritten = [...again, ...unwritten];
          throw error;
        }
      }),
    writesOver: commit.writesOver,
  };
}
