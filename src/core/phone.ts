/** A value that was understood, or what is wrong with it and the way out. */
export type Parsed<T> =
  | { readonly value: T; readonly warning?: string }
  | { readonly problem: string; readonly hint?: string };

/** Brings a recipient's number to E.164, or says why it can't. */
export type NormalizePhone = (text: string) => Parsed<string>;

const separators = /[\s().\-\u2010-\u2015\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;
const e164 = /^\+[1-9]\d{7,14}$/;
const channel = /^(whatsapp|rcs|messenger):(.+)$/;

/** True for `whatsapp:…`, `rcs:…` and `messenger:…` addresses. */
export function isChannelAddress(text: string): boolean {
  return channel.test(text);
}

/**
 * Makes the normaliser for one default country (ISO 3166, as `US`), or none: then only numbers with `+` pass.
 * Loads the numbering plans of the world only when a country is given.
 */
export async function phoneNormalizer(country?: string): Promise<NormalizePhone> {
  const parseNational = country === undefined ? undefined : await nationalParser(country);
  return (text) => {
    const [, prefix, address] = channel.exec(text) ?? [];
    if (!prefix || !address) return normalizeNumber(text, parseNational);
    if (prefix === 'messenger') return { value: text };
    const number = normalizeNumber(address, parseNational);
    return 'value' in number ? { value: `${prefix}:${number.value}` } : number;
  };
}

function normalizeNumber(text: string, parseNational: NormalizePhone | undefined): Parsed<string> {
  const bare = text.replace(separators, '');
  if (e164.test(bare)) return { value: bare };
  if (/^[\d.]+e\+?\d+$/i.test(bare)) {
    return {
      problem: 'is a number that a spreadsheet shortened',
      hint: 'Its digits are lost. Format the column as text and export it again.',
    };
  }
  if (/[,;|]/.test(text)) {
    return { problem: 'holds several numbers', hint: 'Give one number a row, or --to once for each.' };
  }
  if (bare.startsWith('+')) {
    return { problem: 'is not a phone number', hint: 'A number has 8 to 15 digits after the +, as +14155550100.' };
  }
  if (parseNational) return parseNational(text);
  return /^\d{4,15}$/.test(bare)
    ? { problem: 'has no country code', hint: 'Write it as +14155550100, or give --country US.' }
    : { problem: 'is not a phone number', hint: 'Write it as +14155550100.' };
}

async function nationalParser(country: string): Promise<NormalizePhone> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/max');
  if (!isSupportedCountry(country)) throw new RangeError(`no country has the code ${country}`);
  return (text) => {
    const number = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
    if (!number?.isPossible() || number.ext) {
      return { problem: `is not a phone number in ${country}`, hint: 'Write it as +14155550100.' };
    }
    return { value: number.number };
  };
}
