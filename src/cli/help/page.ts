import { type Command, Help } from 'commander';

/** The narrowest column, in cells, that help still wraps text in: beside the options of `batch` on a terminal of 60. */
export const narrowest = 20;

const introductions = new WeakMap<Command, string>();

/** Gives a command its introduction: what it is for, and examples, at the top of its help and in the manual. */
export function addIntroduction(command: Command, text: string): Command {
  introductions.set(command, text);
  return command.addHelpText('before', () => {
    const columns = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `${formatPage(text, columns)}\n`;
  });
}

/** The introduction of a command; empty where it has none. */
export function introductionOf(command: Command): string {
  return introductions.get(command) ?? '';
}

/**
 * A page at a width in cells: paragraphs and items of a list (`- `) are wrapped; indented lines are not, so that they
 * can be copied.
 */
export function formatPage(text: string, columns: number): string {
  return paragraphsOf(text)
    .map((paragraph) => (isVerbatim(paragraph) ? paragraph : wrapped(paragraph, columns)))
    .join('\n');
}

function wrapped(paragraph: string, columns: number): string {
  const helper = new Help();
  helper.minWidthToWrap = narrowest;
  if (!isItem(paragraph)) return helper.boxWrap(paragraph, columns);
  return `- ${helper.boxWrap(paragraph.slice(2), columns - 2).replaceAll('\n', '\n  ')}`;
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
