/** True when a text has something to fill in. Apart from what fills it, which takes its time to load. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
