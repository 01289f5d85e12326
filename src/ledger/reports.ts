import type { Message, SendState } from '../core/message.ts';
import type { CountryDelivery, Failure, Report, TimelinePoint } from '../core/outcome/report.ts';
import type { Campaign } from './plans.ts';

/** A campaign with how its messages stand. */
export interface CampaignSummary extends Campaign {
  readonly counts: Readonly<Record<SendState, number>>;
}

/** Which messages to read. */
export interface MessageFilter {
  readonly states?: readonly SendState[];
  /** Also those of Twilio's statuses. */
  readonly statuses?: readonly string[];
}

/** A message that went out, or may have, and when. */
export interface PastMessage extends Message {
  /** Milliseconds since 1970. */
  readonly claimedAt: number;
}

/**
 * What is there and how it stands; none of it writes. Used by `report`, `campaigns`, `messages`, `verify`, `track`,
 * and to find the campaign that a command is about.
 */
export interface Reports {
  /** Finds a campaign by its name or id. */
  find(nameOrId: string): Promise<Campaign | undefined>;
  /** The campaigns whose name or id begins with a text, which all do with none; the newest first, at most `limit`. */
  beginningWith(text: string, limit: number): Promise<readonly Campaign[]>;
  /** The newest campaigns first, at most `limit`. */
  campaigns(limit: number): Promise<readonly CampaignSummary[]>;
  /** Counts a campaign by state, status and error code. */
  report(campaignId: string): Promise<Report>;
  /** The messages of a campaign, in the order of the input. What is written meanwhile may be in it or not. */
  messages(campaignId: string, filter?: MessageFilter): AsyncIterable<Message>;
  /** Where the accepted messages went, the most first. */
  byCountry(campaignId: string): Promise<readonly CountryDelivery[]>;
  /** Why messages were not delivered, and where, the most frequent first. */
  failures(campaignId: string): Promise<readonly Failure[]>;
  /** How many messages came to each status when, in steps of `stepMs`; the earliest first. */
  timeline(campaignId: string, stepMs: number): Promise<readonly TimelinePoint[]>;
  /** How long delivered messages took from their claim to the first report of it, in milliseconds. */
  deliveryTimes(campaignId: string): Promise<readonly number[]>;
  /** Who was texted last, the latest first, each once. */
  recentRecipients(limit: number): Promise<readonly string[]>;
  /** The last messages that went or may have gone to an address, of any campaign, the latest first. */
  messagesTo(address: string, limit: number): Promise<readonly PastMessage[]>;
  /** The message with this SID, or with this id of ours where the SID is not known yet. */
  findSid(sid: string, messageId?: string): Promise<Message | undefined>;
  /** The SIDs of messages that begin with a text, at most `limit`. */
  sidsBeginningWith(text: string, limit: number): Promise<readonly string[]>;
}
