import type { Resolution } from '../../core/outcome/after-send.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import { confirmSent, type Evidence } from './confirm.ts';
import type { OneOutcome, Outcome, OutcomeRow, Outcomes } from './outcome.ts';
import { mergeReceipts } from './receipts.ts';

/** What resolutions are judged by. `receipts`: of the SIDs and messages that they are about. */
export interface Resolving extends Evidence {
  /** The unknown messages that they are about, by id; what is not among them has its outcome already. */
  readonly rows: ReadonlyMap<string, OutcomeRow>;
  readonly isRecalled: boolean;
}

/**
 * Decides what becomes of unknown messages that were looked for. One SID is one message; nothing of a recalled campaign
 * is sent again; and what was not found, but has been reported meanwhile, was sent.
 */
export function resolveUnknowns(resolutions: readonly Resolution[], resolving: Resolving): Outcomes {
  const rows = new Map(resolving.rows);
  const owners = new Map(resolving.owners);
  const outcomes: Outcome[] = [];
  const optOuts: OptOut[] = [];
  for (const resolution of resolutions) {
    const row = rows.get(resolution.messageId);
    const resolved = row && outcomeOf(row, resolution, { ...resolving, owners });
    if (!resolved) continue;
    rows.delete(resolution.messageId);
    if (resolved.outcome.sid !== null) owners.set(resolved.outcome.sid, resolved.outcome.id);
    outcomes.push(resolved.outcome);
    optOuts.push(...resolved.optOuts);
  }
  return { outcomes, optOuts };
}

function outcomeOf(row: OutcomeRow, { change }: Resolution, resolving: Resolving): OneOutcome | undefined {
  const { state, sid = null, reason = null } = change;
  if (state === 'pending') {
    const confirmation = confirmSent(row, resolving);
    if (confirmation || resolving.isRecalled) return confirmation;
  }
  if (sid !== null && resolving.owners.has(sid)) return undefined;
  const before = { ...row, status: change.status ?? row.status };
  const { standing, optOuts } = mergeReceipts(before, sid === null ? [] : resolving.receipts.ofSid(sid), row);
  const { status, code, price, segments } = standing;
  return { outcome: { id: row.id, state, sid, reason, dueAt: 0, status, code, price, segments }, optOuts };
}
