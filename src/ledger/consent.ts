import type { OptOut } from '../core/recipient/consent.ts';

/** The suppression list: who must not be texted. Used by `opt-out` and `listen`; plans and claims go by it on their own. */
export interface Consent {
  /** Adds to the list, all in one commit; what is there keeps its source and date. Returns how many are new. */
  addOptOuts(optOuts: readonly OptOut[]): Promise<number>;
  /** Takes an address off the list, for one sender or altogether; returns how many entries went. */
  removeOptOut(address: string, sender?: string): Promise<number>;
  /** The whole list, by address. */
  optOuts(): AsyncIterable<OptOut>;
}
