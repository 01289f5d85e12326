import { truncate, wrap } from './lines.ts';
import { cellWidth, padCells } from './width.ts';

/** The fewest cells that the last column is wrapped in beside the others; with fewer it goes below them. Our choice. */
const narrowest = 24;

/**
 * Rows as lines within a width in cells. Columns are as wide as what they hold; only the last is wrapped, under itself
 * or below the others, and no word is cut. A row is one text, which may have several lines.
 */
export function tableLines(rows: readonly (readonly string[])[], width: number): string[] {
  const columns = Math.max(0, ...rows.map((cells) => cells.length)) - 1;
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((cells) => widthOf(cells[i]))));
  const start = widths.reduce((sum, cells) => sum + cells + 2, 0);
  const isBeside = width - start >= narrowest || rows.every((cells) => start + widthOf(cells[columns]) <= width);
  return rows.map((cells) => {
    const first = widths.map((cell, i) => padCells(cells[i] ?? '', cell + 2)).join('');
    const last = cells[columns] ?? '';
    if (isBeside) return `${first}${wrap(last, width, start)}`.trimEnd();
    if (last === '') return truncate(first.trimEnd(), width);
    return `${truncate(first.trimEnd(), width)}\n    ${wrap(last, width, 4)}`;
  });
}

const widthOf = (cell: string | undefined): number => cellWidth(cell ?? '');
