import type { CountryPrices } from '../core/cost/pricing.ts';
import type { Message, SendState } from '../core/message.ts';
import type { MessageChange } from '../core/outcome/after-send.ts';
import type { StatusUpdate } from '../core/outcome/delivery.ts';
import type { OutgoingEvent } from '../core/outcome/event.ts';
import type { CountryDelivery, Failure, Report, TimelinePoint } from '../core/outcome/report.ts';
import type { UnknownMessage } from '../core/outcome/settle.ts';
import type { Plan, PlannedRow } from '../core/plan.ts';
import type { Result } from './rules/record.ts';

/** One written plan, with a name. A single message is a campaign of one. */
export interface Campaign {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The file, `stdin` or the command it came from. */
  readonly source: string;
}

/** A campaign with how its messages stand. */
export interface CampaignSummary extends Campaign {
  readonly counts: Readonly<Record<SendState, number>>;
}

/** What a plan is written down as. */
export interface NewCampaign {
  /** Names a campaign that may exist already: then only what is new or unsent is added. Absent: a new one. */
  readonly name?: string | undefined;
  /** What the name of a campaign that was given none begins with. */
  readonly stem: string;
  readonly source: string;
  /** False: texts are kept only until their message is settled. */
  readonly storesText?: boolean;
}

/**
 * A plan on its way into the ledger. Its rows count for nothing until `commit`;
 * a process that dies before leaves nothing behind that is ever sent.
 */
export interface Staging {
  readonly name: string;
  /** Takes rows in; one whose key came before becomes `skipped: duplicate of line N`. */
  add(rows: readonly PlannedRow[]): Promise<void>;
  /** What `commit` would do. */
  plan(): Promise<Plan>;
  /** The staged rows that would be sent, in their order, at most `limit`. */
  samples(limit: number): Promise<readonly Message[]>;
  /** The staged rows that are wrong, at most `limit`. */
  invalid(limit: number): Promise<readonly Message[]>;
  /** What would be sent, by where to and by whom. */
  destinations(): Promise<readonly Destination[]>;
  /** Writes down what a segment costs. */
  price(prices: readonly UnitPrice[], currency: string): Promise<void>;
  /**
   * Makes the rows count, all or none. `inputHash` finds the same input again. Throws a `CliError` (`rule`) when the
   * campaign of that name has been recalled.
   */
  commit(inputHash: string): Promise<Campaign>;
  /**
   * The same, unless a campaign of the same input was made at or after `since` (milliseconds since 1970) and something
   * of it went out or may still go out: then nothing changes, and that campaign is told.
   */
  commitUnlessSame(inputHash: string, since: number): Promise<Campaign | { readonly sameAs: Campaign }>;
  discard(): Promise<void>;
}

/** Messages of a plan that cost the same. */
export interface Destination {
  /** ISO 3166; null where the number does not tell. */
  readonly country: string | null;
  readonly sender: string;
  /** With a picture or file: billed by message, not by segment. */
  readonly hasMedia: boolean;
  readonly messages: number;
  readonly segments: number;
}

/** What one segment costs from a sender to a country; with media, one message. */
export interface UnitPrice extends Pick<Destination, 'country' | 'sender' | 'hasMedia'> {
  readonly unitPrice: number;
}

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

/** An accepted message whose end is not known yet. */
export interface TrackedMessage {
  readonly sid: string;
  readonly accountSid?: string;
  /** When it was claimed, in milliseconds since 1970. */
  readonly claimedAt: number;
}

/** An event on its way to somebody else. */
export interface QueuedEvent {
  readonly event: OutgoingEvent;
  /** How often it was tried. */
  readonly attempts: number;
}

/** Who runs a campaign. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
}

/** What a run is told when it takes a campaign. */
export interface RunTerms {
  /** The most that the whole campaign may cost, in its currency; absent: as much as it takes. */
  readonly maxCost?: number | undefined;
}

/** The right to run one campaign, which every claim and every result must show. */
export interface Lease {
  readonly campaignId: string;
  readonly owner: string;
  /** True when the run before this one ended without giving its lease back. */
  readonly tookOver: boolean;
}

/** Up to how many messages of a sender are wanted. */
export interface Want {
  readonly sender: string;
  readonly limit: number;
}

/** What goes with a claim. */
export interface ClaimRequest {
  /** One for each sender that may send now. */
  readonly wants: readonly Want[];
  /** Results that are written in the same commit, before anything is claimed. */
  readonly results: readonly AttemptRecord[];
  /** Messages a second for each sender; absent: as fast as other runs of the ledger allow. */
  readonly perSecond?: number | undefined;
  /** How far Twilio's clock is ahead of ours, in milliseconds, where that is known; kept with the claim. */
  readonly clockAheadMs?: number | undefined;
}

/** How one of the senders stands after a claim. */
export interface SenderState {
  readonly sender: string;
  /** When it can have another message, in milliseconds from now; absent: it has none that are pending. */
  readonly waitMs?: number;
  /** True when that is because nothing of it is due before, not because of its pace. */
  readonly isDeferred?: boolean;
}

/** What a claim brought. */
export interface Claimed {
  readonly claims: readonly Claim[];
  /** All senders that were asked for. */
  readonly senders: readonly SenderState[];
  /** Why this run gets no more; absent: it may go on. */
  readonly end?: 'lost-lease' | 'recalled' | 'budget';
}

/** A claimed message and the attempt its result must name. */
export interface Claim extends Message {
  readonly attempt: number;
}

/** The result of one attempt; ignored when the claim has gone to somebody else. */
export type AttemptRecord = Result;

/** What was found out about an unknown message. */
export interface Settlement {
  readonly messageId: string;
  readonly change: MessageChange;
}

/** A sender that still has messages to send. */
export interface SenderQueue {
  readonly sender: string;
  readonly pending: number;
  /** When the first of them is due, in milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * The durable record of every message, and the only state a run has.
 *
 * A message is claimed, and the claim is on disk, before its request goes out; so after a crash `claimed` means
 * "may have been sent", never "not sent". Several processes may use one ledger at once.
 */
export interface Ledger {
  stage(campaign: NewCampaign): Promise<Staging>;
  /** Finds a campaign by its name or id. */
  find(nameOrId: string): Promise<Campaign | undefined>;
  /**
   * Campaigns of the same input, made at or after `since` (milliseconds since 1970), of which something went out or may
   * go out; newest first.
   */
  findInput(inputHash: string, since: number): Promise<readonly Campaign[]>;
  /** Newest first. */
  campaigns(limit: number): Promise<readonly CampaignSummary[]>;
  /** Takes the campaign for this run, or says who has it. What a dead run left claimed becomes `unknown`. */
  acquire(campaignId: string, holder: Holder, terms?: RunTerms): Promise<Lease | { readonly heldBy: Holder }>;
  /** Shows that the run is alive; false when the lease has gone to somebody else. */
  renew(lease: Lease): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  /** The senders with pending messages. */
  queues(campaignId: string): Promise<readonly SenderQueue[]>;
  /**
   * Takes messages that are due, of each sender as many as its pace and the budget allow; who has opted out is skipped.
   * Committed, together with the results that are given, when it returns; brings nothing once the lease is lost.
   */
  claim(lease: Lease, request: ClaimRequest): Promise<Claimed>;
  /** Writes results, all in one commit. What was not sent of a recalled campaign is canceled. */
  record(lease: Lease, results: readonly AttemptRecord[]): Promise<void>;
  /** The messages that may have been sent, in the order of the input. */
  unknowns(campaignId: string): Promise<readonly UnknownMessage[]>;
  /** Which of these SIDs belong to a message of this ledger. */
  takenSids(sids: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many messages to this recipient, of any campaign, are claimed or unknown and not among these. */
  countOpen(to: string, except: readonly string[]): Promise<number>;
  /** Writes what was found out about unknown messages, all in one commit; nothing once the lease is lost. */
  settle(lease: Lease, changes: readonly Settlement[]): Promise<void>;
  /** Makes rejected messages pending again, those with these codes; returns how many. */
  reopen(campaignId: string, codes: readonly number[]): Promise<number>;
  /**
   * Writes down a second message for each that was not delivered for one of these reasons, once each;
   * returns how many. A scheduled time that has passed is left out.
   */
  retryUndelivered(campaignId: string, codes: readonly number[]): Promise<number>;
  /**
   * Adds rows to a campaign that is there already, and may be running; tells what is new.
   * A row whose key is there is passed over. `storesText`: see `NewCampaign`.
   */
  append(campaignId: string, rows: readonly PlannedRow[], storesText?: boolean): Promise<Appended>;
  /** Calls a campaign back: what has not been claimed is canceled, and nothing of it is ever sent again. Returns how many. */
  cancelPending(campaignId: string): Promise<number>;
  /** Writes what Twilio said of a message that was called back there. */
  cancelAccepted(messageId: string, status: string): Promise<void>;
  /** Adds to the suppression list; what is there keeps its source and date. Returns how many are new. */
  addOptOuts(optOuts: readonly OptOut[]): Promise<number>;
  /** Takes an address off the list, for one sender or altogether; returns how many entries went. */
  removeOptOut(address: string, sender?: string): Promise<number>;
  /** The whole list, by address. */
  optOuts(): AsyncIterable<OptOut>;
  /** Twilio's prices for a country as they were last asked for, and when (milliseconds since 1970). */
  knownPrices(country: string): Promise<{ readonly prices: CountryPrices; readonly at: number } | undefined>;
  keepPrices(country: string, prices: CountryPrices): Promise<void>;
  /**
   * Writes delivery receipts: each is kept, and merged into its message. Who is told to be out of reach for good
   * is suppressed. With `passOn` each also becomes an outgoing event, once, in the same commit.
   * Returns how many were news about messages of this ledger.
   */
  receive(updates: readonly StatusUpdate[], passOn?: boolean): Promise<number>;
  /** Every receipt of a message, in the order they were heard. */
  receipts(sid: string): Promise<readonly StatusUpdate[]>;
  /** Puts an event in the queue of what is to be passed on; one that is there already is passed over. */
  keepEvent(event: OutgoingEvent): Promise<void>;
  /** The events that are due, oldest first. */
  dueEvents(limit: number): Promise<readonly QueuedEvent[]>;
  /** Takes events out of the queue. */
  dropEvents(ids: readonly string[]): Promise<void>;
  /** Counts a try that failed; the event is due again at `dueAt` (milliseconds since 1970). */
  delayEvent(id: string, dueAt: number): Promise<void>;
  /** How many events wait to be passed on. */
  countEvents(): Promise<number>;
  /** The accepted messages that Twilio is not done with, oldest first. */
  undelivered(campaignId: string): Promise<readonly TrackedMessage[]>;
  /** Where the accepted messages went, the most first. */
  byCountry(campaignId: string): Promise<readonly CountryDelivery[]>;
  /** Why messages were not delivered, and where, the most frequent first. */
  failures(campaignId: string): Promise<readonly Failure[]>;
  /** How many messages came to each status when, in steps of `stepMs`; the earliest first. */
  timeline(campaignId: string, stepMs: number): Promise<readonly TimelinePoint[]>;
  /** How long delivered messages took from their claim to the first report of it, in milliseconds. */
  deliveryTimes(campaignId: string): Promise<readonly number[]>;
  report(campaignId: string): Promise<Report>;
  /** How many messages `purge` would go through. */
  purgeable(before: number): Promise<number>;
  /**
   * Forgets who was texted what in messages that were settled before a time (milliseconds since 1970): numbers and keys
   * become pseudonyms, texts go. A named campaign still knows whom it has texted; opt-outs stay. Returns how many.
   */
  purge(before: number): Promise<number>;
  messages(campaignId: string, filter?: MessageFilter): AsyncIterable<Message>;
  /** Who was texted last, the latest first, each once. */
  recentRecipients(limit: number): Promise<readonly string[]>;
  /** The last messages that went or may have gone to an address, of any campaign, the latest first. */
  messagesTo(address: string, limit: number): Promise<readonly PastMessage[]>;
  /** The message with this SID, or with this id of ours where the SID is not known yet. */
  findSid(sid: string, messageId?: string): Promise<Message | undefined>;
  /** Reads all of it through; resolves to what is damaged, if anything is. */
  damage(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A message that went out, or may have, and when. */
export interface PastMessage extends Message {
  /** Milliseconds since 1970. */
  readonly claimedAt: number;
}

/** What to do with a ledger that is damaged. */
export const damagedHint = 'Bring it back from a backup, or save what is readable with: sqlite3 LEDGER .recover';

/** What became of rows that were added to a campaign. */
export interface Appended {
  /** How many are new. */
  readonly added: number;
  /** Those of them that are not to be sent: their recipients have opted out. */
  readonly skipped: readonly Message[];
}

/** Which messages to read. */
export interface MessageFilter {
  readonly states?: readonly SendState[];
  /** Also those of Twilio's statuses. */
  readonly statuses?: readonly string[];
}
