/** What a row of input holds before anything is checked: text by column name, with the line it starts on. */
export interface Row {
  readonly line: number;
  readonly cells: Readonly<Record<string, string | readonly string[]>>;
}

/** Something wrong, or worth a warning, in one row. A bad row is data: it is reported, never thrown. */
export interface RowIssue {
  readonly line: number;
  readonly column: string;
  readonly value: string;
  readonly problem: string;
  readonly hint?: string;
}

/** What Twilio is asked to create, with all its parameters. Nothing in it is still a template. */
export interface MessageRequest {
  /** The (sub)account in the path; absent: the configured one. */
  readonly accountSid?: string;
  readonly to: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly body?: string;
  readonly mediaUrl?: readonly string[];
  readonly statusCallback?: string;
  readonly applicationSid?: string;
  readonly maxPrice?: number;
  readonly provideFeedback?: boolean;
  /** Seconds. */
  readonly validityPeriod?: number;
  /** ISO 8601, UTC. */
  readonly sendAt?: string;
  readonly scheduleType?: 'fixed';
  readonly contentSid?: string;
  /** A JSON object, as text. */
  readonly contentVariables?: string;
  readonly smartEncoded?: boolean;
  readonly shortenUrls?: boolean;
  readonly sendAsMms?: boolean;
  readonly riskCheck?: 'enable' | 'disable';
  readonly contentRetention?: 'retain' | 'discard';
  readonly addressRetention?: 'retain' | 'obfuscate';
  readonly forceDelivery?: boolean;
  readonly attempt?: number;
  readonly persistentAction?: readonly string[];
  readonly fallbackFrom?: string;
  readonly trafficType?: 'free';
  /** Parameters this version does not know (`--param Name=Value`), passed through as they are. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * What one attempt came to.
 *
 * `unknown`: the request left and no answer came that can be trusted, so it may have gone out; never resent blindly.
 * `retry`: certainly not sent. `stop`: the account was refused, not the message; nothing after it can succeed.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly sid: string; readonly status: string; readonly segments?: number }
  | { readonly kind: 'rejected'; readonly code: number; readonly reason: string }
  | {
      readonly kind: 'retry';
      readonly cause: 'busy' | 'unreachable';
      readonly reason: string;
      readonly afterMs?: number;
    }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'stop'; readonly code: number; readonly reason: string };

/**
 * What we know of a message. Twilio's own word (`queued`, `delivered`, …) is kept apart, in `Message.status`.
 *
 *   invalid   skipped                         (never sent, and why)
 *   pending ─► claimed ─► accepted | rejected | unknown
 *      ▲──────────┘ (certainly not sent)
 *   pending ─► canceled, skipped (opted out meanwhile)          accepted ─► canceled (called back from Twilio)
 */
export const sendStates = [
  'invalid',
  'skipped',
  'pending',
  'claimed',
  'accepted',
  'rejected',
  'unknown',
  'canceled',
] as const;

/** One of `sendStates`. */
export type SendState = (typeof sendStates)[number];

/** One row of the ledger. */
export interface Message {
  readonly id: string;
  readonly campaignId: string;
  readonly line: number;
  /** What makes the row the same row in a later run; absent for invalid rows. */
  readonly key?: string;
  /** The recipient's address, or the raw text of an invalid row. */
  readonly to: string;
  /** Number, channel address or messaging service it goes out from; empty for invalid rows. */
  readonly sender: string;
  /** Absent for invalid rows. */
  readonly request?: MessageRequest;
  readonly state: SendState;
  readonly attempts: number;
  readonly segments: number;
  /** ISO 3166, where the number tells. */
  readonly country?: string;
  /** What one segment costs, where a price is known. */
  readonly unitPrice?: number;
  /** When the recipient may not be texted, as `quietHoursText` writes it. */
  readonly quietHours?: string;
  readonly sid?: string;
  readonly status?: string;
  readonly code?: number;
  readonly reason?: string;
  /** What was wrong with an invalid row. */
  readonly issues: readonly RowIssue[];
}

/** True for the SID of a message: `SM` or `MM` and 32 hexadecimal digits. */
export function isMessageSid(text: string): boolean {
  return /^(SM|MM)[0-9a-f]{32}$/.test(text);
}

/** True for the beginning of one that is long enough to tell messages apart. Four digits are our choice. */
export function beginsMessageSid(text: string): boolean {
  return /^(SM|MM)[0-9a-f]{4,31}$/.test(text);
}

/** True for a SID, and for the beginning of one. */
export const meansMessageSid = (text: string): boolean => isMessageSid(text) || beginsMessageSid(text);
