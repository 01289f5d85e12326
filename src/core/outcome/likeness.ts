import type { MessageRequest } from '../message.ts';

/**
 * How a listed message can be what Twilio made of ours.
 *
 * `exact`: the very text. `same`: the text as Twilio may write it (trial prefix, smart encoding, white space).
 * `shortened`: the same but for shorter links. `rendered`: a text that cannot be compared, and nothing speaks against it.
 * `possible`: not to be told; only a person can say. `none`: somebody else's message.
 */
export type Likeness = 'exact' | 'same' | 'shortened' | 'rendered' | 'possible' | 'none';

/** What of a listed message tells its content. */
export interface ListedContent {
  readonly body: string;
  /** How many pictures or files it has; absent where the list does not say. */
  readonly mediaCount?: number;
}

type Content = Pick<
  MessageRequest,
  'body' | 'mediaUrl' | 'contentSid' | 'contentVariables' | 'contentRetention' | 'shortenUrls'
>;

/** Compares what a request asked for with what a list shows. A text that is no rewriting of ours is `none`. */
export function likenessOf(request: Content, listed: ListedContent): Likeness {
  const { body = '', contentSid, mediaUrl } = request;
  if (body !== '' && body === listed.body) return 'exact';
  const theirs = plainText(listed.body.replace(trialPrefix, ''));
  if (contentSid !== undefined) return holdsVariables(request, theirs) ? 'rendered' : 'possible';
  if (theirs === '') return withoutText(request, listed);
  if (isSameText(body, listed.body.replace(trialPrefix, ''))) return 'same';
  const ours = plainText(body);
  // Where a network takes no pictures, Twilio puts links to them after the text.
  if (mediaUrl && theirs.replace(linksAtEnd, '') === ours) return ours === '' ? 'possible' : 'shortened';
  return likenessOfLinks(ours, theirs, request.shortenUrls === true);
}

/** What Twilio puts before the texts of a trial account. */
const trialPrefix = /^Sent from your Twilio trial account - ?/;

function isSameText(ours: string, theirs: string): boolean {
  return plainText(ours) === plainText(theirs) || plainText(ours.normalize()) === plainText(theirs.normalize());
}

/**
 * A list without our text: a message with media only, one whose text Twilio was told not to keep,
 * or one whose text somebody has emptied since.
 */
function withoutText({ body = '', mediaUrl, contentRetention }: Content, { mediaCount }: ListedContent): Likeness {
  const hasMedia = (mediaUrl ?? []).length > 0;
  if (mediaCount !== undefined && mediaCount > 0 && !hasMedia) return 'none';
  if (plainText(body) === '') return mediaCount === 0 ? 'possible' : 'rendered';
  return contentRetention === 'discard' ? 'rendered' : 'possible';
}

/** Whether all that is to stand in a content template stands in a text. Links may be shortened, so they do not count. */
function holdsVariables({ contentVariables }: Content, theirs: string): boolean {
  return variablesOf(contentVariables)
    .map(plainText)
    .every((value) => /^https?:/i.test(value) || theirs.includes(value));
}

function variablesOf(json: string | undefined): readonly string[] {
  try {
    return Object.values(JSON.parse(json ?? '{}') as object).map(String);
  } catch {
    return [];
  }
}

const link = /https?:\/\/\S+/gi;
const linksAtEnd = /(?:^| )https?:\/\/\S+(?: https?:\/\/\S+)*$/i;

/**
 * Texts that differ in links only. Twilio shortens them where ShortenUrls asks for it,
 * https://www.twilio.com/docs/messaging/features/link-shortening; a link alone is no text that tells whose it is.
 */
function likenessOfLinks(ours: string, theirs: string, isAskedFor: boolean): Likeness {
  const [from, to] = [ours.match(link) ?? [], theirs.match(link) ?? []];
  const rest = ours.split(link);
  if (from.length === 0 || from.length !== to.length || rest.join('\n') !== theirs.split(link).join('\n'))
    return 'none';
  const isShorter = from.every((one, i) => to[i] === one || (to[i] ?? one).length < one.length);
  if (isShorter && (isAskedFor || /[\p{L}\p{N}]/u.test(rest.join('')))) return 'shortened';
  return isShorter || isAskedFor ? 'possible' : 'none';
}

/** A text as smart encoding writes it, with single spaces: what Twilio may do to a text, done to both sides. */
export function plainText(text: string): string {
  return replaceFancy(replaceFancy(text).normalize('NFKC')).replace(/\s+/g, ' ').trim();
}

/**
 * What smart encoding replaces beyond Unicode's own compatible forms,
 * https://www.twilio.com/docs/messaging/services/smart-encoding-char-list.
 */
const fancy: readonly (readonly [plain: string, characters: string])[] = [
  ['"', '«»“”„‟″\u02ba\u02ee\u275d\u275e\u301d\u301e'],
  ["'", '‘’‛′`´\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u275b\u275c\u0313\u0314\ufe10\ufe11'],
  ['/', '÷\u0337\u0338\u2044\u2215\u29f8'],
  ['\\', '\u20e5\u29f5\u29f9'],
  ['_', '\u0332\u2017'],
  ['|', '¦\u20d2\u20d3\u2223\u239c\u239f\u23b8\u23b9\u23d0'],
  ['-', '‐‑‒–—―−•\u2043\u23bc\u23bd'],
  ['!', '\u01c3'],
  [',', '‚\u0326\u3001\ufe51\uff64'],
  ['(', '\u2768\u276a\u27ee\u2985'],
  [')', '\u2769\u276b\u27ef\u2986'],
  ['{', '\u2774'],
  ['}', '\u2775'],
  ['<', '‹'],
  ['>', '›'],
  ['*', '\u204e\u2217\u229b\u2722-\u2725\u2731-\u2733\u273a-\u273d\u2743\u2749-\u274b\u29c6'],
  ['+', '\u02d6'],
  ['.', '\u3002\uff61'],
  [':', '\u02d0\u02f8\u2982\ua789'],
  [';', '\u204f'],
  ['=', '\u0347\ua78a'],
  ['^', '\u02c6\u0302\u1dcd'],
  ['~', '\u02dc\u02f7\u0303\u0330\u0334\u223c'],
  [' ', '\u0080-\u009f\u2028\u2029'],
  ['', '\0-\b\u000e-\u001f\u00ad\u200b-\u200f\u2060\ufeff'],
];

/** Small capitals, in the order of the letters they stand for. */
const smallCapitals: readonly (readonly [plain: string, characters: string])[] = Array.from(
  'ABCDEFGHIJKLMNOPRSTUVWYZ',
  (letter, i) => [letter, [...'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'][i] ?? letter] as const,
);

const replacements = [...fancy, ...smallCapitals].map(
  ([plain, characters]) => [new RegExp(`[${characters}]`, 'g'), plain] as const,
);
const anyFancy = new RegExp(`[${[...fancy, ...smallCapitals].map(([, characters]) => characters).join('')}]`);

function replaceFancy(text: string): string {
  // Most texts hold none of them.
  if (!anyFancy.test(text)) return text;
  return replacements.reduce((plain, [characters, replacement]) => plain.replace(characters, replacement), text);
}
