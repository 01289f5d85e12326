/** What the name begins with that stands for a number or a key after it was purged. */
export const pseudonymPrefix = 'purged-';

const international = String.raw`\+[1-9]\d{7,14}(?!\d)`;

/** What may be a number, and before it what looks like one: SIDs, pseudonyms, dates. */
const maskable = new RegExp(
  String.raw`\b[A-Z]{2}[0-9a-f]{32}\b|\b${pseudonymPrefix}[0-9a-f]{24}\b|\b(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)|${international}|\+?\d[\d\s().-]{5,}\d`,
  'g',
);
const onlyInternational = new RegExp(international, 'g');

/** Hides the middle of a phone number: `+14155552671` → `+1415•••2671`. SIDs, pseudonyms, dates and other text stay as they are. */
export function maskNumbers(text: string): string {
  return text.replace(maskable, (found) => (/^(?:[A-Za-z]|\d{4}-\d\d-\d\d$)/.test(found) ? found : masked(found)));
}

/** The same for numbers in E.164 only: for text of ours, in which other digits are no numbers. */
export function maskInternational(text: string): string {
  return text.replace(onlyInternational, masked);
}

/** Numbers for examples and films (https://nationalnanpa.com/number_resource_info/555_numbers.html), and 1-800-FLOWERS. */
const exampleNumber = /^\+1(?:\d{3}55501\d\d|8003569377)$/;

/** The same for a way out, in which examples stay whole: nobody has their numbers. */
export function maskHint(text: string): string {
  return text.replace(onlyInternational, (number) => (exampleNumber.test(number) ? number : masked(number)));
}

function masked(number: string): string {
  const bare = number.replace(/[^\d+]/g, '');
  return bare.length < 8 ? number : `${bare.slice(0, bare.startsWith('+') ? 5 : 3)}•••${bare.slice(-4)}`;
}
