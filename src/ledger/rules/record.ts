import type { AttemptRecord, MessageChange } from '../../core/outcome/after-send.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import { messageCost } from './claim.ts';
import { confirmSent, type Evidence } from './confirm.ts';
import { optOutBy } from './opt-outs.ts';
import type { OneOutcome, Outcome, OutcomeRow, Outcomes } from './outcome.ts';
import { afterRecall } from './recall.ts';
import { mergeReceipts } from './receipts.ts';

/** What results are judged by. `receipts`: of the SIDs that they name, and those that `toConfirm` asks for. */
export interface Recording extends Evidence {
  /** The claimed rows that they are about, by id; what is not among them has gone to somebody else. */
  readonly rows: ReadonlyMap<string, OutcomeRow>;
  readonly isRecalled: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

/** What is written for a set of results. */
export interface Recorded extends Outcomes {
  /** What the campaign has spent more (or, below 0, less) than was set aside for these messages. */
  readonly spentMore: number;
  /** Until when senders rest, in milliseconds since 1970. */
  readonly pauses: ReadonlyMap<string, number>;
}

/**
 * The messages whose callbacks are to be read before results are recorded: those that are left without a SID of their
 * own. A callback may have come before the answer was given up. `owners`: see `Evidence`.
 */
export function toConfirm(results: readonly AttemptRecord[], owners: ReadonlyMap<string, string>): readonly string[] {
  const named = results.flatMap(({ change }) => change.sid ?? []);
  const sharesSid = owners.size > 0 || new Set(named).size < named.length;
  const open = sharesSid ? results : results.filter(({ change }) => change.state !== 'accepted');
  return open.map(({ messageId }) => messageId);
}

/**
 * Decides what becomes of claimed messages. One SID is one message; what was not sent of a recalled campaign is
 * canceled; what callbacks have reported before the answer came, or was given up, counts.
 */
export function recordResults(results: readonly AttemptRecord[], recording: Recording): Recorded {
  const rows = new Map(recording.rows);
  const owners = new Map(recording.owners);
  const outcomes: Outcome[] = [];
  const optOuts: OptOut[] = [];
  const pauses = new Map<string, number>();
  let spentMore = 0;
  for (const result of results) {
    const claimed = rows.get(result.messageId);
    if (!claimed) continue;
    rows.delete(result.messageId);
    const change = changeOf(result, owners, recording.isRecalled);
    const { outcome, optOuts: found } = outcomeOf(claimed, change, { receipts: recording.receipts, owners });
    if (outcome.sid !== null) owners.set(outcome.sid, claimed.id);
    outcomes.push(outcome);
    if (found.length > 0) optOuts.push(...found);
    spentMore += messageCost(claimed, billedSegments(outcome) - claimed.segments);
    const { at } = recording;
    if (change.suppress) optOuts.push(optOutBy(claimed, change.code, at));
    if (change.pauseSenderMs !== undefined) pauses.set(claimed.sender, at + change.pauseSenderMs);
  }
  return { outcomes, optOuts, spentMore, pauses };
}

function changeOf(
  { messageId, change }: AttemptRecord,
  owners: ReadonlyMap<string, string>,
  isRecalled: boolean,
): MessageChange {
  const owner = change.sid === undefined ? undefined : owners.get(change.sid);
  // An answer that names another message's SID proves nothing about this one.
  if (owner !== undefined && owner !== messageId) {
    return { state: 'unknown', reason: 'an odd answer: the SID of another message' };
  }
  return isRecalled ? { ...change, state: afterRecall(change.state) } : change;
}

function outcomeOf(row: OutcomeRow, change: MessageChange, evidence: Evidence): OneOutcome {
  const outcome = withChange(row, change);
  const { id, recipient, sender } = row;
  if (outcome.state !== 'accepted') {
    const { attempts } = row;
    return confirmSent({ ...outcome, attempts, recipient, sender }, evidence) ?? { outcome, optOuts: [] };
  }
  const receipts = outcome.sid === null ? [] : evidence.receipts.ofSid(outcome.sid);
  if (receipts.length === 0) return { outcome, optOuts: [] };
  const { standing, optOuts } = mergeReceipts(outcome, receipts, row);
  return { outcome: { ...outcome, ...standing, id }, optOuts };
}

function withChange(row: OutcomeRow, change: MessageChange): Outcome {
  return {
    id: row.id,
    state: change.state,
    sid: change.sid ?? row.sid,
    status: change.status ?? row.status,
    code: change.code ?? null,
    reason: change.reason ?? null,
    price: row.price,
    segments: change.segments ?? row.segments,
    dueAt: change.dueAt ?? 0,
  };
}

/** What may be billed: what was refused or not sent costs nothing, what may have gone out counts as planned. */
function billedSegments({ state, segments }: Outcome): number {
  return state === 'accepted' || state === 'unknown' ? segments : 0;
}
