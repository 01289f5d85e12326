import type { Command } from 'commander';
import { wrap } from '../../ui/lines.ts';
import { fitLine } from './verbatim.ts';

const introductions = new WeakMap<Command, string>();
const appendices = new WeakMap<Command, string>();

/** Gives a command its introduction: what it is for, and examples, at the top of its help and in the manual. */
export function addIntroduction(command: Command, text: string): Command {
  introductions.set(command, text);
  return command;
}

/** The introduction of a command; empty where it has none. */
export function introductionOf(command: Command): string {
  return introductions.get(command) ?? '';
}

/** Gives a command what stands below its options in help: a list that they choose from, say. */
export function addAppendix(command: Command, text: string): void {
  appendices.set(command, text);
}

/** The appendix of a command; empty where it has none. */
export function appendixOf(command: Command): string {
  return appendices.get(command) ?? '';
}

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
