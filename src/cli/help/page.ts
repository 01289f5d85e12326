import { type Command, Help } from 'commander';

const introductions = new WeakMap<Command, string>();

/** Puts what a command is for, and examples of it, before the rest of its help and manual. */
export function addIntroduction(command: Command, text: string): Command {
  introductions.set(command, text);
  return command.addHelpText('before', () => {
    const columns = command.configureOutput().getOutHelpWidth?.() ?? 80;
    return `${formatPage(text, columns)}\n`;
  });
}

/** What `addIntroduction` was given for a command. */
export function introductionOf(command: Command): string {
  return introductions.get(command) ?? '';
}

/** A page at a width in cells: paragraphs are wrapped anew, indented lines stay whole, so that they can be copied. */
export function formatPage(text: string, columns: number): string {
  const helper = new Help();
  return paragraphsOf(text)
    .map((paragraph) => (isVerbatim(paragraph) ? paragraph : helper.boxWrap(paragraph, columns)))
    .join('\n');
}

const isVerbatim = (line: string): boolean => line === '' || line.startsWith(' ') || line.endsWith(':');

/** Lines that belong together in one, others as they are. */
function paragraphsOf(text: string): string[] {
  const paragraphs: string[] = [];
  let isOpen = false;
  for (const line of text.trim().split('\n')) {
    const joins = isOpen && !isVerbatim(line);
    if (joins) paragraphs.push(`${paragraphs.pop()} ${line}`);
    else paragraphs.push(line);
    isOpen = !isVerbatim(line);
  }
  return paragraphs;
}
