/** What the name begins with that stands for a number or a key after it was purged. */
export const pseudonymPrefix = 'purged-';

const maskable = new RegExp(
  String.raw`\b[A-Z]{2}[0-9a-f]{32}\b|\b${pseudonymPrefix}[0-9a-f]{24}\b|\+?\d[\d\s().-]{5,}\d`,
  'g',
);

/** Hides the middle of a phone number: `+14155552671` → `+1415•••2671`. SIDs, pseudonyms and other text stay as they are. */
export function maskNumbers(text: string): string {
  return text.replace(maskable, (number) => {
    if (/^[A-Za-z]/.test(number)) return number;
    const bare = number.replace(/[^\d+]/g, '');
    return bare.length < 8 ? number : `${bare.slice(0, bare.startsWith('+') ? 5 : 3)}•••${bare.slice(-4)}`;
  });
}
