/** Hides the middle of a phone number: `+14155552671` → `+1415•••2671`. Other text stays as it is. */
export function maskNumbers(text: string): string {
  return text.replace(/\+?\d[\d\s().-]{5,}\d/g, (number) => {
    const bare = number.replace(/[^\d+]/g, '');
    return bare.length < 8 ? number : `${bare.slice(0, bare.startsWith('+') ? 5 : 3)}•••${bare.slice(-4)}`;
  });
}
