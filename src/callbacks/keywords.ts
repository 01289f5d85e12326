import type { InboundMessage } from '../core/outcome/callback.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Where it is kept who has opted out. */
export type ConsentLedger = Pick<Ledger, 'addOptOuts' | 'removeOptOut'>;

/**
 * Puts whoever sent STOP or its like on the suppression list, and takes off it who sent START; both only for the number
 * or service they wrote to. `at` is when it came, in milliseconds since 1970. Throws what the ledger throws.
 */
export async function applyKeyword(
  { from, to, keyword }: InboundMessage,
  ledger: ConsentLedger,
  at: number,
): Promise<void> {
  if (keyword === 'stop') await ledger.addOptOuts([{ address: from, sender: to, source: 'STOP', at }]);
  if (keyword === 'start') await ledger.removeOptOut(from, to);
}
