import { explainCode } from './error-codes.ts';
import { isFinalStatus, laterStatus } from './status.ts';

/** A delivery receipt: what Twilio says of a message at a time. */
export interface StatusUpdate {
  readonly sid: string;
  readonly status: string;
  /** Our own id of the message, where the callback carried it: proof of what became of it. */
  readonly messageId?: string;
  /** Why it was not delivered. */
  readonly code?: number;
  /** What it cost, in the account's currency; told some time after it was sent. */
  readonly price?: number;
  readonly segments?: number;
  /** When we heard of it, in milliseconds since 1970. */
  readonly at: number;
  /** How we heard of it. */
  readonly source: 'poll' | 'callback';
}

/** What the ledger holds of a message that Twilio took. */
export interface LastStatus {
  readonly status: string | undefined;
  readonly code: number | undefined;
}

/** What a receipt changes. */
export interface DeliveryChange {
  readonly status: string;
  readonly code: number | undefined;
  /** The recipient must not be texted by this sender again. */
  readonly suppress: boolean;
}

/** Merges a receipt into what is known: receipts come late, twice and out of order, and a message never goes back. */
export function afterReceipt({ status, code }: LastStatus, update: StatusUpdate): DeliveryChange {
  const later = laterStatus(status, update.status);
  const isNews = later === update.status;
  const kept = isNews ? (update.code ?? code) : code;
  const isOver = isNews && isFinalStatus(update.status);
  const suppress = isOver && kept !== undefined && explainCode(kept)?.action === 'suppress';
  return { status: later, code: kept, suppress };
}
