import type { Consent } from '../recipient/consent.ts';

/** A status of a message of ours, as the provider posts it. */
export interface StatusCallback {
  readonly kind: 'status';
  readonly sid: string;
  /** The provider's own word, as `delivered`. */
  readonly status: string;
  /** Why it was not delivered. */
  readonly code?: number;
  /** Our own id of the message, where the callback's address carried it. */
  readonly messageId?: string;
}

/** A message that somebody sent to us. */
export interface InboundMessage {
  readonly kind: 'inbound';
  readonly sid: string;
  readonly from: string;
  /** The number or messaging service it was sent to. */
  readonly to: string;
  /** The number, where `to` is the messaging service it belongs to. */
  readonly number?: string;
  readonly body: string;
  /** What its sender asked for with it. */
  readonly keyword?: Consent;
}

/** What a provider posts to us. */
export type Callback = StatusCallback | InboundMessage;
