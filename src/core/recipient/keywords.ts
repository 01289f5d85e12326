import { senderKindOf } from '../cost/pricing.ts';
import type { Consent } from './consent.ts';

/** A message that somebody sent to us, as far as it can be about consent. */
export interface InboundText {
  readonly body: string;
  /** The number they wrote to. */
  readonly to: string;
  /** What Twilio's Advanced Opt-Out made of it; absent: it is off, or the message is none of its keywords. */
  readonly optOutType?: string | undefined;
}

/** Twilio's own keywords, https://help.twilio.com/articles/223134027. */
const keywords: Readonly<Record<string, Consent>> = {
  ...{ stop: 'stop', stopall: 'stop', unsubscribe: 'stop', cancel: 'stop', end: 'stop', quit: 'stop' },
  ...{ revoke: 'stop', optout: 'stop', start: 'start', unstop: 'start', yes: 'start' },
};

/** What `OptOutType` may be, https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out. HELP changes nothing. */
const optOutTypes: Readonly<Record<string, Consent>> = { stop: 'stop', start: 'start' };

/**
 * What a message does to its sender's consent; undefined for nothing. A keyword counts when it is the whole message,
 * case and surrounding white space aside: "please don't stop" and "Yes 👍" are neither.
 */
export function consentOf({ body, to, optOutType = '' }: InboundText): Consent | undefined {
  if (optOutType !== '') return ofWord(optOutTypes, onlyWord(optOutType));
  const word = onlyWord(body);
  // Carriers keep the list of toll-free numbers, and YES takes nobody off it. What asks for no more counts everywhere.
  if (word === 'yes' && senderKindOf(to) === 'toll free') return undefined;
  return ofWord(keywords, word);
}

/** The word that a text is, in small letters; empty for any other text. Of ASCII only: toLowerCase makes a k of the sign for Kelvin. */
function onlyWord(text: string): string {
  const word = text.trim();
  return /^[a-z]+$/i.test(word) ? word.toLowerCase() : '';
}

const ofWord = (words: Readonly<Record<string, Consent>>, word: string): Consent | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;
