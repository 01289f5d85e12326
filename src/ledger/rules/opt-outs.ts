import type { OptOut } from '../../core/recipient/consent.ts';
import { bareSender } from '../../core/sender.ts';

/** What the reason of a row says that is skipped because its recipient has opted out. */
export const optedOut = 'opted out';

/** Whom a message is for and from. */
export interface Correspondents {
  readonly recipient: string;
  readonly sender: string;
}

/** Whether the recipient of a message must not be texted by its sender. */
export type Suppression = (message: Correspondents) => boolean;

/**
 * Suppresses by a list, which has to hold what it knows of `suppressedAddresses`. An entry with a sender counts for that
 * sender, by whichever account it is used, and that very address; one without counts for every sender, and for every
 * channel of the number.
 */
export function suppression(list: readonly Pick<OptOut, 'address' | 'sender'>[]): Suppression {
  if (list.length === 0) return () => false;
  const byAny = new Set(list.filter(({ sender }) => sender === undefined).map(({ address }) => address));
  const bySender = new Set(list.map(({ address, sender = '' }) => `${bareSender(sender)} ${address}`));
  return ({ recipient, sender }) =>
    suppressedAddresses(recipient).some((address) => byAny.has(address)) ||
    bySender.has(`${bareSender(sender)} ${recipient}`);
}

/** The entry for somebody whom the provider refuses to text, or cannot reach for good. `at`: milliseconds since 1970. */
export function optOutBy({ recipient, sender }: Correspondents, code: number | null | undefined, at: number): OptOut {
  return { address: recipient, sender: bareSender(sender), source: String(code), at };
}

/** Which of the senders of somebody's entries are meant by one; older entries name the subaccount, too. */
export function sendersMeant(listed: readonly string[], sender: string): readonly string[] {
  return listed.filter((each) => each === sender || bareSender(each) === sender);
}

/** The addresses by which a recipient may be on the list: its own, and the number behind that of a channel. */
export function suppressedAddresses(recipient: string): readonly string[] {
  const colon = recipient.indexOf(':');
  return colon < 0 ? [recipient] : [recipient, recipient.slice(colon + 1)];
}

/** An entry of the list, by a row in which an empty sender stands for all. */
export function toEntry<Row extends { readonly sender: string }>({ sender, ...row }: Row) {
  return { ...row, ...(sender !== '' && { sender }) };
}
