import { wrap } from '../../ui/lines.ts';
import { cellWidth } from '../../ui/width.ts';

/** The narrowest column, in cells, that text is wrapped in beside another. Our choice. */
const narrowest = 24;

/** A command line of a shell, which `\` continues. */
const commandLine = /^ *(?:.*\bvolley |npm |pg_dump |pg_restore |systemctl )/;

/**
 * An indented line at a width in cells: a command line is continued with `\`, the second of two columns is wrapped
 * under itself, or put below the first where there is no room; no word is cut.
 */
export function fitLine(line: string, columns: number): string {
  if (cellWidth(line) <= columns) return line;
  const [, first = line, gap = '', second = ''] = /^( *\S.*?)( {2,})(\S.*)$/.exec(line) ?? [];
  const start = first.length + gap.length;
  if (second !== '' && columns - start >= narrowest) return `${first}${gap}${wrap(second, columns, start)}`;
  const below = second === '' ? [] : [indented(second, columns, indentOf(line) + 4)];
  return [commandLine.test(first) ? continued(first, columns) : rewrapped(first, columns), ...below].join('\n');
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const indented = (text: string, columns: number, indent: number): string =>
  `${' '.repeat(indent)}${wrap(text, columns, indent)}`;

function rewrapped(line: string, columns: number): string {
  const indent = indentOf(line);
  return `${' '.repeat(indent)}${wrap(line.trim(), columns, indent + 2)}`;
}

/** A flag with what follows it, or a word; what is in quotes stays together. */
const shellWords = /-{1,2}[\w-]+ (?:'[^']*'|"[^"]*"|[^\s'"-])(?:'[^']*'|"[^"]*"|\S)*|(?:'[^']*'|"[^"]*"|\S)+/g;

function continued(line: string, columns: number): string {
  const indent = ' '.repeat(indentOf(line));
  const lines: string[] = [];
  let open = indent;
  for (const [word] of line.trim().matchAll(shellWords)) {
    const longer = open.trim() === '' ? `${open}${word}` : `${open} ${word}`;
    if (open.trim() !== '' && cellWidth(longer) > columns - 2) {
      lines.push(`${open} \\`);
      open = `${indent}  ${word}`;
    } else open = longer;
  }
  return [...lines, open].join('\n');
}
