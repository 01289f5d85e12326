import type { InboundMessage } from '../core/outcome/callback.ts';
import type { Consent } from '../core/recipient/consent.ts';

/** A message that somebody sent to us, and what it answers. */
export interface Reply {
  /** Later ones have a higher number. */
  readonly number: number;
  readonly sid: string;
  /** Who wrote it. */
  readonly from: string;
  /** The number or messaging service it was sent to. */
  readonly to: string;
  /** Absent where texts are not kept. */
  readonly body?: string;
  readonly keyword?: Consent;
  /** When it was received, in milliseconds since 1970. */
  readonly at: number;
  /** What it answers: the last message that had gone to its writer from where it was sent to; absent: there is none. */
  readonly answers?: { readonly campaignId: string; readonly campaign: string; readonly sid?: string };
}

/** Which replies to read. */
export interface ReplyFilter {
  /** Only those to this campaign. */
  readonly campaignId?: string | undefined;
  /** Only those with a higher number. */
  readonly after: number;
  readonly limit: number;
}

/** What people wrote to us. Used by `listen`, which keeps it, and `replies`, which shows it. */
export interface Replies {
  /** Keeps a message, once for each SID; without its text where texts are not kept. False: it was there already. */
  keepReply(message: InboundMessage, storesText: boolean): Promise<boolean>;
  /** The replies in the order in which they came. Finds out first what new ones answer, which reads all messages once. */
  replies(filter: ReplyFilter): Promise<readonly Reply[]>;
}
