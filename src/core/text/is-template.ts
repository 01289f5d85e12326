/** What is wrong with a text that is sent to somebody before it is filled. */
export const unfilledText = 'The text has {{ }} or {% %} in it, which people would read as it is';

/** True when a text has something to fill in. Apart from what fills it, which takes its time to load. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
