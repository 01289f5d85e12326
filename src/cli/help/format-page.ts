import { wrap } from '../../ui/lines.ts';
import { fitLine } from './verbatim.ts';

/**
 * A page at a width in cells: paragraphs and items of a list (`- `) are wrapped; indented lines stay as they are, so
 * that they can be copied, and where they are too long are continued as a shell or a table has it.
 */
export function formatPage(text: string, columns: number): string {
  return paragraphsOf(text)
    .map((paragraph) => (isVerbatim(paragraph) ? fitLine(paragraph, columns) : wrapped(paragraph, columns)))
    .join('\n');
}

function wrapped(paragraph: string, columns: number): string {
  return isItem(paragraph) ? `- ${wrap(paragraph.slice(2), columns, 2)}` : wrap(paragraph, columns, 0);
}

const isItem = (line: string): boolean => line.startsWith('- ');

const isVerbatim = (line: string): boolean => line === '' || line.startsWith(' ');

/** The lines of each paragraph joined to one, which a colon ends; lines that stay as they are, each for itself. */
function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let isOpen = false;
  for (const line of text.trim().split('\n')) {
    const joins = isOpen && !isVerbatim(line) && !isItem(line);
    if (joins) paragraphs.push(`${paragraphs.pop()} ${line}`);
    else paragraphs.push(line);
    isOpen = !isVerbatim(line) && !line.endsWith(':');
  }
  return paragraphs;
}
