import type { CountryPrices } from '../core/cost/pricing.ts';
import type { MessageRequest, SendResult } from '../core/message.ts';
import type { Callback } from '../core/outcome/callback.ts';
import type { ListedMessage } from '../core/outcome/match-unknowns.ts';

/** What Twilio says of the account that the credentials belong to. */
export interface Account {
  readonly sid: string;
  readonly name: string;
  readonly status: string;
  /** `Trial` or `Full`. */
  readonly type: string;
  /** How far Twilio's clock is ahead of ours, in milliseconds, to about a second. */
  readonly clockAheadMs: number;
}

/** The messages Twilio knows to one recipient, or why it could not be asked. */
export type MessageList =
  | {
      readonly ok: true;
      readonly messages: readonly ListedMessage[];
      /** How far Twilio's clock is ahead of ours, as `Provider.clockAheadMs` says it now. */
      readonly clockAheadMs: number | undefined;
      /** Since when, by our wall clock, nobody has set it and the machine has not slept, as far as that is known. */
      readonly clockSteadySince?: number;
    }
  | NotListed;

/** Why messages could not be listed; `busy`: because of too many requests. */
interface NotListed {
  readonly ok: false;
  readonly reason: string;
  readonly busy?: Busy;
}

/** Too many requests: how long to wait before the next, in milliseconds, where Twilio says so in a way to be trusted. */
export interface Busy {
  readonly afterMs?: number;
}

/** A message as Twilio keeps it. */
export interface MessageRecord extends ListedMessage {
  readonly code?: number;
  /** What it cost, in the account's currency. */
  readonly price?: number;
  readonly segments?: number;
}

/** Which of an account's messages to list: Twilio knows no other filters, and ignores what it does not know. */
export interface ListFilter {
  readonly to?: string;
  readonly from?: string;
  /** Sent on this day or after, as `2026-11-23`. */
  readonly since?: string;
  /** Sent on this day or before. */
  readonly until?: string;
}

/** Some of an account's messages, or why it could not be asked. */
export type MessagePage =
  | { readonly ok: true; readonly messages: readonly MessageRecord[]; readonly next?: string }
  | NotListed;

/** What became of canceling a message: its status now, or why that did not work. */
export type Canceled = { readonly ok: true; readonly status: string } | { readonly ok: false; readonly reason: string };

/** A picture or file of a message, as Twilio keeps it. */
export interface MediaRecord {
  readonly sid: string;
  readonly contentType: string;
}

/** What was asked for, or why it could not be had. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** What is left on an account. */
export interface Balance {
  readonly amount: number;
  readonly currency: string;
}

/** What goes with a message that is to be sent. */
export interface SendGuard {
  /**
   * Asked once a connection stands, right before the first byte of the request leaves on it. Where it says no, nothing
   * leaves, and the result is `retry`.
   */
  readonly mayLeave?: () => boolean | Promise<boolean>;
}

/**
 * What the engine needs of a provider: to send a message, and to find out what became of it. `accountSid` names a
 * subaccount; absent, it is the account of the credentials. Nothing here throws, whatever the provider or the network
 * does: that is in the results, and what is thrown is a bug of ours.
 */
export interface Sender {
  /** Makes one attempt, which ends within the time-out of the connection. What is not certain is `unknown`. */
  send(request: MessageRequest, options?: SendGuard): Promise<SendResult>;
  /** All messages to a recipient, newest first. That one is there is proof; that none is there is weak evidence. */
  list(to: string, accountSid?: string): Promise<MessageList>;
  /** What Twilio says of one message now; undefined when it does not know it, or can't be asked. */
  fetch(sid: string, accountSid?: string): Promise<MessageRecord | undefined>;
  /** A page of an account's messages, newest first; `page` is the `next` of the page before, absent for the first. */
  recent(page?: string, accountSid?: string, filter?: ListFilter): Promise<MessagePage>;
  /**
   * How far Twilio's clock is ahead of our wall clock, in milliseconds, to about two seconds, by the `Date` of the answers
   * so far, sends included. Undefined while that is not known: before the first answer, and from when our clock was set
   * (or the machine slept) until the next.
   */
  clockAheadMs(): number | undefined;
}

/**
 * What else a provider knows and does: its records of messages, prices, and how the account stands. As with `Sender`,
 * only `account` throws.
 */
export interface Records {
  /** The media of a message. */
  media(sid: string, accountSid?: string): Promise<Asked<readonly MediaRecord[]>>;
  /** The content of one of a message's media, at most 100 MB. */
  download(sid: string, mediaSid: string, accountSid?: string): Promise<Asked<Uint8Array>>;
  /** Empties the text of a message at Twilio; resolves to why that did not work, if it did not. */
  redact(sid: string, accountSid?: string): Promise<string | undefined>;
  /** Deletes a message at Twilio; resolves to why that did not work, if it did not. */
  remove(sid: string, accountSid?: string): Promise<string | undefined>;
  /** Gives Message Feedback: whether a message did what it was for; resolves to why that did not work, if it did not. */
  feedback(sid: string, outcome: 'confirmed' | 'unconfirmed', accountSid?: string): Promise<string | undefined>;
  /** What Twilio's price list says of a country (ISO 3166); undefined when it says nothing or can't be asked. */
  prices(country: string): Promise<CountryPrices | undefined>;
  /** What is left on the account. */
  balance(): Promise<Asked<Balance>>;
  /** What keeps a sender (a number or a messaging service) from sending; undefined when nothing does. */
  senderProblem(sender: string): Promise<Asked<string | undefined>>;
  /** Whether the account may text a country (ISO 3166). */
  mayText(country: string): Promise<Asked<boolean>>;
  /** Cancels a message that is scheduled at Twilio: its status afterwards, or why that did not work. */
  cancel(sid: string, accountSid?: string): Promise<Canceled>;
  /** Looks at the account, sending nothing. Throws a `CliError`: `credentials` when they are refused, else `unreachable`. */
  account(): Promise<Account>;
}

/** A connection to a provider. Another provider than Twilio would be another folder beside `twilio/` that makes one. */
export interface Provider extends Sender, Records {
  /** Lets go of all connections; a request that is on its way ends without an answer. */
  close(): void;
}

/** A request that came to our public address. */
export interface CallbackRequest {
  /** The public address as the provider was given it, with the query of the request as it came. */
  readonly url: string;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Why a request is no callback: `forged`, nobody who may has signed it; `malformed`, it makes no sense. */
export interface RefusedCallback {
  readonly kind: 'forged' | 'malformed';
  readonly problem: string;
}

/** Checks who signed a request, and reads what it says. Never throws, whatever the request holds. */
export type ReadCallback = (request: CallbackRequest) => Callback | RefusedCallback;

/** A callback as the provider would post it; without what is not known. */
export interface CallbackToWrite {
  readonly callback: Callback;
  readonly accountSid: string;
  /** Who the message is to, and who from. */
  readonly to: string | undefined;
  readonly from: string | undefined;
}

/** A request as the provider would make it. */
export interface WrittenCallback {
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes the request that the provider would make to an address, signed as it signs. */
export type WriteCallback = (url: string, callback: CallbackToWrite) => WrittenCallback;
