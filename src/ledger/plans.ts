import type { CountryPrices } from '../core/cost/pricing.ts';
import type { Message } from '../core/message.ts';
import type { Plan, PlannedRow } from '../core/plan.ts';

/** One written plan, with a name. A single message is a campaign of one. */
export interface Campaign {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The file, `stdin` or the command it came from. */
  readonly source: string;
}

/** What a plan is written down as. */
export interface NewCampaign {
  /** Names a campaign that may exist already: then only what is new or unsent is added. Absent: a new one. */
  readonly name?: string | undefined;
  /** What the name of a campaign that was given none begins with. */
  readonly stem: string;
  readonly source: string;
  /** False: texts are kept only until their message has its outcome. */
  readonly storesText?: boolean;
}

/**
 * What is written in the same transaction as a campaign, by something else that keeps its data in the ledger's database.
 * A ledger in a file has no such thing: its commit throws a `CliError` (`config`).
 */
export type InTransaction = (
  execute: (text: string, values: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>,
  campaign: Campaign,
) => Promise<void>;

/**
 * A plan on its way into the ledger. Its rows count for nothing until `commit`;
 * a process that dies before leaves nothing behind that is ever sent.
 *
 * `add`, `plan`, `commit` and `commitUnlessSame` throw a `CliError` (`config`) when the campaign was purged and the key
 * of its pseudonyms is lost: then nobody can tell whom it has texted.
 */
export interface Staging {
  readonly name: string;
  /**
   * Takes rows in. One whose key came before becomes `skipped: duplicate of line N`, and one whose recipient has opted
   * out `skipped: opted out`.
   */
  add(rows: readonly PlannedRow[]): Promise<void>;
  /** What `commit` would do. */
  plan(): Promise<Plan>;
  /** The staged rows that would be sent, in their order, at most `limit`. */
  samples(limit: number): Promise<readonly Message[]>;
  /** The staged rows that are wrong, at most `limit`. */
  invalid(limit: number): Promise<readonly Message[]>;
  /** What would be sent, by where to and by whom. */
  destinations(): Promise<readonly Destination[]>;
  /** Writes down what a segment costs, in a currency (ISO 4217). */
  price(prices: readonly UnitPrice[], currency: string): Promise<void>;
  /**
   * Makes the rows count, all or none. `inputHash` finds the same input again. Throws a `CliError` (`rule`) when the
   * campaign of that name has been recalled.
   */
  commit(inputHash: string, together?: InTransaction): Promise<Campaign>;
  /**
   * The same, unless a campaign of the same input was made at or after `since` (milliseconds since 1970) and something
   * of it went out or may still go out: then nothing changes, and that campaign is returned. Throws what `commit` throws.
   */
  commitUnlessSame(
    inputHash: string,
    since: number,
    together?: InTransaction,
  ): Promise<Campaign | { readonly sameAs: Campaign }>;
  /** Takes the rows out again; does nothing after the commit. */
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

/** What became of rows that were added to a campaign. */
export interface Appended {
  /** How many are new. */
  readonly added: number;
  /** Those of them that are not to be sent: their recipients have opted out. */
  readonly skipped: readonly Message[];
  /** The messages that rows were passed over for, each with the line and key of that row. */
  readonly known: readonly Message[];
}

/**
 * What is to be sent, and what is taken back: writing plans down and changing them afterwards.
 * Used by the use cases that plan, price, approve, stream, resume and recall.
 */
export interface Plans {
  /** Begins a plan; also throws away plans that were left unfinished a day ago. */
  stage(campaign: NewCampaign): Promise<Staging>;
  /**
   * Adds rows to a campaign that is there already, and may be running. A row whose key is there is passed over; one
   * that comes after the campaign was recalled is canceled. `storesText`: see `NewCampaign`.
   * Throws a `CliError` (`config`) when the campaign was purged and the key of its pseudonyms is lost.
   */
  append(campaignId: string, rows: readonly PlannedRow[], storesText?: boolean): Promise<Appended>;
  /**
   * Campaigns of the same input, made at or after `since` (milliseconds since 1970), of which something went out or may
   * go out; newest first.
   */
  findInput(inputHash: string, since: number): Promise<readonly Campaign[]>;
  /** Makes rejected messages pending again, those with these error codes and a text that is still kept; returns how many. */
  reopen(campaignId: string, codes: readonly number[]): Promise<number>;
  /**
   * Writes down a second message for each that was not delivered for one of these reasons, once each;
   * returns how many. A scheduled time that has passed is left out.
   */
  retryUndelivered(campaignId: string, codes: readonly number[]): Promise<number>;
  /** Recalls a campaign: what has not been claimed is canceled, and nothing of it is ever sent again. Returns how many. */
  cancelPending(campaignId: string): Promise<number>;
  /** Writes Twilio's status of an accepted message that was canceled there. */
  cancelAccepted(messageId: string, status: string): Promise<void>;
  /** Twilio's prices for a country (ISO 3166) as they were last asked for, and when (milliseconds since 1970). */
  knownPrices(country: string): Promise<{ readonly prices: CountryPrices; readonly at: number } | undefined>;
  /** Keeps Twilio's prices for a country, as of now. */
  keepPrices(country: string, prices: CountryPrices): Promise<void>;
}
