import type { AttemptRecord, MessageChange } from '../../core/outcome/after-send.ts';
import { costOf } from './claim.ts';

/** The row that a result is about, as it is before it is written. */
export interface ClaimedRow {
  readonly id: string;
  readonly segments: number;
  readonly unitPrice: number | null;
}

/** What results are judged by. */
export interface Recording {
  /** The claimed rows that they are about, by id; what is not among them has gone to somebody else. */
  readonly rows: ReadonlyMap<string, ClaimedRow>;
  /** Which message each SID belongs to already. */
  readonly owners: ReadonlyMap<string, string>;
  /** A campaign that was called back sends nothing more. */
  readonly isRecalled: boolean;
}

/** What is written for a set of results. */
export interface Recorded {
  readonly results: readonly AttemptRecord[];
  /** What the campaign has spent more (or, below 0, less) than was set aside for these messages. */
  readonly spentMore: number;
}

/** Decides what becomes of claimed messages. One SID is one message; what was not sent and is recalled is canceled. */
export function recordResults(given: readonly AttemptRecord[], { rows, owners, isRecalled }: Recording): Recorded {
  const taken = new Map(owners);
  const results: AttemptRecord[] = [];
  let spentMore = 0;
  for (const result of given) {
    const row = rows.get(result.messageId);
    if (!row) continue;
    const change = changeOf(result, taken, isRecalled);
    if (change.sid !== undefined) taken.set(change.sid, result.messageId);
    spentMore += costOf(row, billedSegments(row, change) - row.segments);
    results.push({ ...result, change });
  }
  return { results, spentMore };
}

function changeOf(
  { messageId, change }: AttemptRecord,
  taken: ReadonlyMap<string, string>,
  isRecalled: boolean,
): MessageChange {
  const owner = change.sid === undefined ? undefined : taken.get(change.sid);
  // An answer that names another message's SID proves nothing about this one.
  if (owner !== undefined && owner !== messageId) {
    return { state: 'unknown', reason: 'an odd answer: the SID of another message' };
  }
  return isRecalled && change.state === 'pending' ? { ...change, state: 'canceled' } : change;
}

/** What may be billed: what was refused or not sent costs nothing, what may have gone out counts as planned. */
function billedSegments({ segments }: ClaimedRow, change: MessageChange): number {
  if (change.state === 'accepted') return change.segments ?? segments;
  return change.state === 'unknown' ? segments : 0;
}
