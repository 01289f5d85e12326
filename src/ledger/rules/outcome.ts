import type { SendState } from '../../core/message.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import type { Correspondents } from './opt-outs.ts';

/** What Twilio has said of a message that it took; null: nothing yet. */
export interface Standing {
  /** Twilio's last word. */
  readonly status: string | null;
  readonly code: number | null;
  /** What the message cost. */
  readonly price: number | null;
  readonly segments: number;
}

/** A message as a store reads it for a rule about its outcome; null where the row holds nothing. */
export interface OutcomeRow extends Standing, Correspondents {
  readonly id: string;
  readonly state: SendState;
  readonly attempts: number;
  readonly sid: string | null;
  readonly reason: string | null;
  /** What one segment costs, where a price is known. */
  readonly unitPrice: number | null;
}

/** What goes over what the ledger holds of a message. */
export interface Outcome extends Standing {
  readonly id: string;
  readonly state: SendState;
  readonly sid: string | null;
  readonly reason: string | null;
  /** Not to be sent before this, in milliseconds since 1970; 0: at any time. */
  readonly dueAt: number;
}

/** What is written for a set of messages, in one transaction. */
export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** Who must not be texted again. */
  readonly optOuts: readonly OptOut[];
}

/** What is written for one message. */
export interface OneOutcome {
  readonly outcome: Outcome;
  readonly optOuts: readonly OptOut[];
}
