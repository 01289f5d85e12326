/** Somebody who must not be texted, by one sender or by any. */
export interface OptOut {
  /** A number or channel address. */
  readonly address: string;
  /** The number or messaging service that may not text them; absent: none may. */
  readonly sender?: string;
  /** Where it comes from, as `STOP`, `21610` or `manual`. */
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The suppression list: who must not be texted. Used by `opt-out` and `listen`; plans and claims go by it on their own. */
export interface Consent {
  /** Adds to the list, all in one commit; what is there keeps its source and date. Returns how many are new. */
  addOptOuts(optOuts: readonly OptOut[]): Promise<number>;
  /** Takes an address off the list, for one sender or altogether; returns how many entries went. */
  removeOptOut(address: string, sender?: string): Promise<number>;
  /** The whole list, by address. */
  optOuts(): AsyncIterable<OptOut>;
}
