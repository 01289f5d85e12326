/** The ledger as a store of data. Used by `purge`, by `doctor`, and by whoever opened it, to close it. */
export interface Upkeep {
  /** How many messages, replies with them, `purge` would go through. */
  purgeable(before: number): Promise<number>;
  /**
   * Forgets who was texted what in messages that had their outcome before a time (milliseconds since 1970): numbers and
   * keys become pseudonyms, texts go, and so do replies that came before then. A named campaign still knows whom it has texted; opt-outs stay. Returns how many.
   * Throws a `CliError` (`config`) when the key of earlier pseudonyms is lost.
   */
  purge(before: number): Promise<number>;
  /** Reads all of it through; resolves to what is damaged, if anything is. */
  damage(): Promise<string | undefined>;
  /** Nothing may be called after it. */
  close(): Promise<void>;
}
