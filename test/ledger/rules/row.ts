import type { Outcome, OutcomeRow } from '../../../src/ledger/rules/outcome.ts';

/** A claimed message, as a store reads it. */
export function outcomeRow(more: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    ...{ id: 'm1', recipient: '+14155550101', sender: '12345', state: 'claimed', attempts: 1 },
    ...{ sid: null, status: null, code: null, reason: null, segments: 1, unitPrice: null, price: null },
    ...more,
  };
}

/** The columns of an outcome that tests compare. */
export const columns = ({ id, state, sid, status, code }: Outcome) => [id, state, sid, status, code] as const;
