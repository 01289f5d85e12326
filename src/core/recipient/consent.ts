/** What somebody asks for with a message: to be texted no more, or again. */
export type Consent = 'stop' | 'start';

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
