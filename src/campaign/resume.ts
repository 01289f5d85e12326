import { type CodeExplanation, errorCodes } from '../core/outcome/error-codes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';

type Action = CodeExplanation['action'];

/** What was refused because of something that can be put right without changing the message. */
const mendable: ReadonlySet<Action> = new Set(['stop-sender', 'wait', 'retry-later', 'skip-country']);

/** Makes those rejected messages pending again whose reason may be gone; returns how many. */
export function reopenRejected({ id }: Campaign, { ledger }: { readonly ledger: Ledger }): Promise<number> {
  return ledger.reopen(
    id,
    codesOf((action) => mendable.has(action)),
  );
}

/** Writes down a second message, once, for each that was not delivered for a reason that passes; returns how many. */
export function retryUndelivered({ id }: Campaign, { ledger }: { readonly ledger: Ledger }): Promise<number> {
  return ledger.retryUndelivered(
    id,
    codesOf((action) => action === 'retry-later'),
  );
}

const codesOf = (isWanted: (action: Action) => boolean): number[] =>
  errorCodes.filter(({ action }) => isWanted(action)).map(({ code }) => code);
