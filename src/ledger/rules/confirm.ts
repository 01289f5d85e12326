import type { OptOut } from '../../core/recipient/consent.ts';
import type { OneOutcome, Outcome, OutcomeRow, Outcomes } from './outcome.ts';
import { mergeReceipts, type ReceiptIndex } from './receipts.ts';

/** What callbacks are judged by. */
export interface Evidence {
  readonly receipts: ReceiptIndex;
  /** Which message each SID belongs to. */
  readonly owners: ReadonlyMap<string, string>;
}

/** What may be confirmed, as far as it matters for that. */
type Confirmable = Pick<OutcomeRow, 'id' | 'state' | 'attempts' | 'recipient' | 'sender'> &
  Pick<OutcomeRow, 'status' | 'code' | 'price' | 'segments'>;

/** True of a message that a callback may confirm; the callbacks of any other need not be read. */
export function mayBeConfirmed({ state, attempts }: Pick<OutcomeRow, 'state' | 'attempts'>): boolean {
  return state === 'unknown' || (state === 'pending' && attempts > 0);
}

/**
 * A callback that carries the id of a message confirms that Twilio took it: also one that is to be sent again because
 * its request was thought not to have left. What is claimed is left to the answer that is still to come, or to the run
 * that takes over. A SID that belongs to a message already confirms nothing: then undefined.
 */
export function confirmSent(row: Confirmable, { receipts, owners }: Evidence): OneOutcome | undefined {
  const sids = receipts.sidsOf(row.id);
  const [sid] = sids;
  if (!mayBeConfirmed(row) || sid === undefined || sids.some((one) => owners.has(one))) return undefined;
  const { standing, optOuts } = mergeReceipts(row, receipts.ofSid(sid), row);
  const { status, code, price, segments } = standing;
  return {
    outcome: { id: row.id, state: 'accepted', sid, reason: null, dueAt: 0, status, code, price, segments },
    optOuts,
  };
}

/** Confirms messages by their callbacks; the others are left out of what is written. */
export function confirmAll(rows: readonly OutcomeRow[], { receipts, owners: known }: Evidence): Outcomes {
  const owners = new Map(known);
  const outcomes: Outcome[] = [];
  const optOuts: OptOut[] = [];
  for (const row of rows) {
    const confirmation = confirmSent(row, { receipts, owners });
    if (!confirmation) continue;
    if (confirmation.outcome.sid !== null) owners.set(confirmation.outcome.sid, row.id);
    outcomes.push(confirmation.outcome);
    optOuts.push(...confirmation.optOuts);
  }
  return { outcomes, optOuts };
}
