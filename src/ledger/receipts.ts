import type { StatusUpdate } from '../core/outcome/receipt.ts';

/** An accepted message whose final status is not known yet. */
export interface TrackedMessage {
  readonly sid: string;
  readonly accountSid?: string;
  /** When it was claimed, in milliseconds since 1970. */
  readonly claimedAt: number;
}

/** What Twilio reports about messages it has taken. Used by `listen`, by tracking, and by the page of one message. */
export interface Receipts {
  /**
   * Writes delivery receipts: each is kept, and merged into its message. One that carries our id of a message is proof
   * that it was sent. Who is reported to be out of reach for good is suppressed. With `passOn` each also becomes an
   * outgoing event, once. All in one commit. Returns how many were new and about messages of this ledger.
   */
  receive(updates: readonly StatusUpdate[], passOn?: boolean): Promise<number>;
  /** Every receipt of a message, in the order in which they were heard. */
  receipts(sid: string): Promise<readonly StatusUpdate[]>;
  /** The accepted messages without a final status, or the one of this SID, in the order of the input. */
  undelivered(campaignId: string, sid?: string): Promise<readonly TrackedMessage[]>;
}
