import { bareAddress, isChannelAddress } from '../recipient/phone.ts';
import { bareSender } from '../sender.ts';

/** What sending one SMS segment to a country costs, by kind of sender; the dearest carrier counts. */
export interface CountryPrices {
  readonly currency: string;
  /** By Twilio's word for the sender: `local`, `mobile`, `toll free`, `shortcode`, … */
  readonly bySenderKind: Readonly<Record<string, number>>;
}

/** Prices from the config, for when Twilio can't be asked: by country, by channel, or `default`. */
export interface PriceTable {
  readonly currency: string;
  readonly prices: Readonly<Record<string, number>>;
}

/** What kind of number a sender is to Twilio's price list; undefined where that depends, as for a messaging service. */
export function senderKindOf(sender: string): string | undefined {
  const address = bareSender(sender);
  if (/^\d{3,8}$/.test(address)) return 'shortcode';
  if (/^\+18(00|33|44|55|66|77|88)\d{7}$/.test(address)) return 'toll free';
  return /^\+1\d{10}$/.test(address) ? 'local' : undefined;
}

/** The price of a segment for a sender, by Twilio's list: of its kind, else of the dearest, so that a budget holds. */
export function listPrice({ bySenderKind }: CountryPrices, sender: string): number | undefined {
  if (isChannelAddress(sender)) return undefined;
  const kind = senderKindOf(sender);
  const own = kind === undefined ? undefined : bySenderKind[kind];
  if (own !== undefined) return own;
  const all = Object.values(bySenderKind);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** What is to be priced. */
export interface Priced {
  /** ISO 3166; null where it is not known. */
  readonly country: string | null;
  readonly sender: string;
  readonly hasMedia: boolean;
}

/** The price by the config: of the channel when it is one, of an MMS (a message), else of the country, else the default. */
export function tablePrice({ prices }: PriceTable, { country, sender, hasMedia }: Priced): number | undefined {
  const channel = isChannelAddress(sender) ? sender.slice(0, -bareAddress(sender).length - 1) : undefined;
  const name = channel ?? (hasMedia ? 'mms' : (country ?? ''));
  return Object.hasOwn(prices, name) ? prices[name] : prices['default'];
}
