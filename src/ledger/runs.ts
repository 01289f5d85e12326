import type { Message } from '../core/message.ts';
import type { AttemptRecord, Resolution } from '../core/outcome/after-send.ts';
import type { UnknownMessage } from '../core/outcome/match-unknowns.ts';

export { leaseMs } from './rules/lease.ts';

/** Who runs a campaign. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
}

/** What a run is given when it takes a campaign. */
export interface RunTerms {
  /** The most that the whole campaign may cost, in its currency; absent: as much as it takes. */
  readonly maxCost?: number | undefined;
  /**
   * Others may have the campaign at the same time, as workers do; together they have at most so many messages claimed.
   * Absent: it is for this run alone.
   */
  readonly shared?: { readonly concurrency: number } | undefined;
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
  /** Messages a second for this one, where it is not the rate of all. */
  readonly perSecond?: number | undefined;
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
  /** Somebody has paused the campaign: nothing is claimed for now, and its senders are to be asked for again. */
  readonly isPaused?: boolean;
}

/** A claimed message and the attempt its result must name. */
export interface Claim extends Message {
  readonly attempt: number;
}

/** A sender that still has messages to send. */
export interface SenderQueue {
  readonly sender: string;
  readonly pending: number;
  /** When the first of them is due, in milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * Working a campaign off: who may, what is next, and what became of it. Used by the engine; who delivers or works on a
 * queue takes and releases the lease around it, and `verify` asks which SIDs are known.
 *
 * A message is claimed, and the claim is on disk, before its request goes out; so after a crash `claimed` means
 * "may have been sent", never "not sent". Several processes may use one ledger at once.
 */
export interface Runs {
  /**
   * Takes the campaign for this run, or returns who has it. What a dead run left claimed becomes `unknown`, or
   * `accepted` where a callback has proved it. A budget counts what the campaign has cost before.
   */
  acquire(campaignId: string, holder: Holder, terms?: RunTerms): Promise<Lease | { readonly heldBy: Holder }>;
  /** Shows that the run is alive, for another minute; false when the lease has gone to somebody else. */
  renew(lease: Lease): Promise<boolean>;
  /** Gives the lease back, if this run still has it. */
  release(lease: Lease): Promise<void>;
  /** The senders with pending messages, in the order of the input; quick however many messages they have. */
  senders(campaignId: string): Promise<readonly string[]>;
  /** How much each of them has to send, which counts all of it. */
  queues(campaignId: string): Promise<readonly SenderQueue[]>;
  /**
   * Takes messages that are due, of each sender as many as its pace and the budget allow; who has opted out is skipped.
   * Committed, together with the results that are given, when it returns; brings nothing once the lease is lost.
   */
  claim(lease: Lease, request: ClaimRequest): Promise<Claimed>;
  /**
   * Writes results, all in one commit. A result whose claim has gone to somebody else is ignored. What was not sent of
   * a recalled campaign is canceled.
   */
  record(lease: Lease, results: readonly AttemptRecord[]): Promise<void>;
  /** The messages that may have been sent, in the order of the input. */
  unknowns(campaignId: string): Promise<readonly UnknownMessage[]>;
  /** Which of these SIDs belong to a message of this ledger. */
  takenSids(sids: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many messages to this recipient, of any campaign, are claimed or unknown and not among these. */
  countOpen(to: string, except: readonly string[]): Promise<number>;
  /**
   * Writes what was found out about unknown messages, all in one commit; nothing once the lease is lost. Passes over a
   * message that is not unknown any more, a SID that belongs to another message, and, of a recalled campaign, what
   * would be sent again.
   */
  resolve(lease: Lease, resolutions: readonly Resolution[]): Promise<void>;
}
