import type { Parsed } from '../parsed.ts';
import { e164, type Numbering, numberingLookup } from './numbering-plans.ts';

/** Brings a recipient's number to E.164, or says why it can't. */
export type NormalizePhone = (text: string) => Parsed<string>;

const separators = /[\s().\-\u2010-\u2015\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;
const channel = /^(whatsapp|rcs|messenger):(.+)$/;

/** True for `whatsapp:…`, `rcs:…` and `messenger:…` addresses. */
export function isChannelAddress(text: string): boolean {
  return channel.test(text);
}

/** The channel an address is of: `whatsapp`, `rcs` or `messenger`, else `sms`. */
export function channelOf(address: string): string {
  return channel.exec(address)?.[1] ?? 'sms';
}

/** A number or channel address without its channel: `whatsapp:+1…` is `+1…`. */
export function bareAddress(address: string): string {
  return channel.exec(address)?.[2] ?? address;
}

type PhoneNumber = import('libphonenumber-js/max').PhoneNumber;
type Library = Awaited<ReturnType<typeof loadLibrary>>;

/** Loads what is used of the library by name, so that the rest stays out of the bundle. */
async function loadLibrary() {
  const { Metadata, isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/max');
  return { Metadata, isSupportedCountry, parsePhoneNumberFromString };
}

/**
 * Makes the normaliser for one default country (ISO 3166, as `US`), or none: then only numbers with `+` pass.
 * What had to be repaired, and what cannot receive texts, is a warning. Throws a `RangeError` for no country.
 */
export async function phoneNormalizer(country?: string): Promise<NormalizePhone> {
  const library = await loadLibrary();
  if (country !== undefined && !library.isSupportedCountry(country)) {
    throw new RangeError(`no country has the code ${country}`);
  }
  return (text) => {
    const [, prefix, address] = channel.exec(text) ?? [];
    if (!prefix || !address) return normalizeNumber(text, country, library);
    if (prefix === 'messenger') return { value: text };
    const number = normalizeNumber(address, country, library);
    return 'value' in number ? { ...number, value: `${prefix}:${number.value}` } : number;
  };
}

/** Makes what finds the country (ISO 3166) of a number or channel address in E.164; undefined where none has it alone. */
export async function countryFinder(): Promise<(address: string) => string | undefined> {
  const library = await loadLibrary();
  return (address) => readInternational(bareAddress(address), library)?.country;
}

let lookUp: ReturnType<typeof numberingLookup> | undefined;
let latest: { readonly text: string; readonly read: Numbering | undefined } | undefined;

/** Reads a number with its +. A row asks for its number and then for its country, so the latest is kept. */
function readInternational(text: string, library: Library): Numbering | undefined {
  lookUp ??= numberingLookup(library);
  if (latest?.text !== text) latest = { text, read: lookUp(text) ?? parseInternational(text, library) };
  return latest.read;
}

function parseInternational(text: string, { parsePhoneNumberFromString }: Library): Numbering | undefined {
  const parsed = parsePhoneNumberFromString(text);
  if (!parsed) return undefined;
  return { number: parsed.number, isValid: parsed.isValid(), kind: parsed.getType(), country: parsed.country };
}

const writeItSo = 'Write it as +14155550100.';

function normalizeNumber(text: string, country: string | undefined, library: Library): Parsed<string> {
  // Nothing to take off, and nothing that could be doubted by its looks.
  if (e164.test(text)) return checkInternational(text, text, library);
  const { digits, repair } = unwrap(text);
  const bare = digits.replace(separators, '');
  const fault = faultOf(digits, bare);
  if (fault) return fault;
  const read = bare.startsWith('+') ? checkInternational(digits, bare, library) : readNational(bare, country, library);
  return 'value' in read && repair && !read.warning ? { ...read, warning: repair } : read;
}

/** What spreadsheets, data frames and address books put around a number, taken off. */
function unwrap(text: string): { digits: string; repair?: string } {
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/^="(.*)"$/, '$1')
    .replace(/^(?:'|tel:)\s*/i, '');
  if (/^\+?\d{6,}\.0+$/.test(plain)) {
    return { digits: plain.replace(/\.0+$/, ''), repair: 'ended in .0, which is taken off' };
  }
  const [, first, rest = '', exponent] = /^(\d)(?:[.,](\d+))?e\+?(\d+)$/i.exec(plain) ?? [];
  if (first === undefined || rest.replace(/0+$/, '').length < Number(exponent) - 2) return { digits: plain };
  // Every digit of a national number is still there: 4.155550123E+09.
  return { digits: `${first}${rest.padEnd(Number(exponent), '0')}`, repair: 'was in scientific notation' };
}

/** What shows in a text that it is no number of one person; undefined for nothing. */
function faultOf(text: string, bare: string): Parsed<never> | undefined {
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(text.trim())) {
    return {
      problem: 'is a number that a spreadsheet shortened',
      hint: 'Its digits are lost. Format the column as text and export it again.',
    };
  }
  if (/\d.*[,;|/].*\d/.test(text)) {
    return { problem: 'holds several numbers', hint: 'Give one number a row, or --to once for each.' };
  }
  if (/\d\s*(?:;?ext?[.=:]?|x|#)\s*\d+$/i.test(text)) {
    return { problem: 'has an extension, and an extension cannot receive texts', hint: 'Give a mobile number.' };
  }
  if (/\d/.test(text) && /^[+\dA-Z]*[A-Z]{3,}$/i.test(bare)) {
    return { problem: 'has letters in place of digits', hint: 'Write the digits: +18003569377 for 1-800-FLOWERS.' };
  }
  return undefined;
}

function checkInternational(text: string, bare: string, library: Library): Parsed<string> {
  const read = readInternational(text, library);
  // Also reads the 0 in +44 (0)20 7946 0000, which nobody dials.
  if (read?.isValid) return { value: read.number, ...kindWarning(read.kind) };
  if (e164.test(bare)) return { value: bare, warning: 'is in no numbering plan, so it may not exist' };
  return { problem: 'is not a phone number', hint: 'A number has 8 to 15 digits after the +, as +14155550100.' };
}

/** Kinds of numbers that usually get no texts, by the library's names, and how people call them. */
const kindsWithoutTexts: Readonly<Partial<Record<string, string>>> = {
  FIXED_LINE: 'a landline',
  PREMIUM_RATE: 'a premium number',
  SHARED_COST: 'a shared-cost number',
  UAN: 'a company number',
  VOICEMAIL: 'a voicemail number',
  PAGER: 'a pager',
};

function kindWarning(kind: string | undefined): { warning?: string } {
  const named = kind === undefined ? undefined : kindsWithoutTexts[kind];
  return named ? { warning: `is ${named}, which may not receive texts` } : {};
}

function readNational(bare: string, country: string | undefined, library: Library): Parsed<string> {
  if (/^\d{3,6}$/.test(bare)) {
    const problem = country === undefined ? 'is not a phone number' : `is not a phone number in ${country}`;
    return { problem, hint: `A short code or part of a number cannot receive texts. ${writeItSo}` };
  }
  if (country === undefined) return withoutCountry(bare, library);
  const parsed = library.parsePhoneNumberFromString(bare, { defaultCountry: country as 'US', extract: false });
  const home = parsed?.isValid() ? parsed : undefined;
  const read = readInternational(`+${bare.replace(/^00/, '')}`, library);
  const abroad = read?.isValid ? read : undefined;
  if (home && (!abroad || abroad.number === home.number)) return atHome(home, bare, country);
  if (home && abroad) {
    // 4915112345680 in Germany: a mobile that lost its +, or a landline that lost its 0.
    if (isTextable(home.getType()) === isTextable(abroad.kind)) {
      return { problem: `could be ${home.number} or ${abroad.number}`, hint: 'Write it with its +.' };
    }
    if (isTextable(home.getType())) return atHome(home, bare, country);
  }
  if (abroad) {
    const lost = bare.startsWith('00') ? 'had 00 in place of its +' : 'had lost its +';
    return {
      value: abroad.number,
      warning: `${lost}, and is read as a number in ${abroad.country ?? 'another country'}`,
    };
  }
  // Possible is enough: numbering plans change faster than their tables.
  return parsed?.isPossible() && !parsed.ext
    ? { value: parsed.number, warning: `is in no numbering plan of ${country}, so it may not exist` }
    : { problem: `is not a phone number in ${country}`, hint: writeItSo };
}

const isTextable = (kind: string | undefined): boolean => /MOBILE/.test(kind ?? '');

function atHome(number: PhoneNumber, bare: string, country: string): Parsed<string> {
  const hasLostZero = number.nationalNumber === bare && number.formatNational().startsWith('0');
  const lost = { warning: `had lost its leading 0, and is read as a number in ${country}` };
  return { value: number.number, ...(hasLostZero ? lost : kindWarning(number.getType())) };
}

function withoutCountry(bare: string, library: Library): Parsed<string> {
  if (!/^\d{4,17}$/.test(bare)) return { problem: 'is not a phone number', hint: writeItSo };
  const abroad = readInternational(`+${bare.replace(/^00/, '')}`, library);
  if (abroad?.isValid && bare.length > 10) {
    const lost = bare.startsWith('00') ? 'has 00 in place of its +' : 'has lost its +';
    return { problem: lost, hint: `Write it as ${abroad.number}, or give --country ${abroad.country ?? 'US'}.` };
  }
  if (bare.startsWith('0')) {
    return {
      problem: 'has no country code',
      hint: 'Its 0 is for calls within a country: give --country GB or the like.',
    };
  }
  return { problem: 'has no country code', hint: 'Write it as +14155550100, or give --country US.' };
}
