import { clean } from '../core/text/clean.ts';
import { lintSegments } from '../core/text/segment-lint.ts';
import { countSegments } from '../core/text/segments.ts';
import { plural } from '../core/text/wording.ts';
import { type Style, truncate } from './lines.ts';
import { cellWidth, padCells } from './width.ts';

/** A template in a list: its name, where it is, and its text, or what is wrong with it. */
export interface ListedTemplate {
  readonly name: string;
  readonly origin: string;
  readonly fields: readonly string[];
  readonly text: string | null;
  readonly problem: string | null;
}

/** Templates, one a line: names, where they are, and how their texts begin. */
export function templateLines(all: readonly ListedTemplate[], { paint, width }: Style): string[] {
  const widest = (cells: readonly string[]) => Math.max(...cells.map(cellWidth));
  const names = widest(all.map(({ name }) => clean(name)));
  const origins = widest(all.map(({ origin }) => origin));
  const room = Math.max(20, width - names - origins - 4);
  return all.map(({ name, origin, text, problem }) => {
    const start = `${padCells(clean(name), names)}  ${padCells(origin, origins)}  `;
    return problem === null
      ? start + paint.dim(truncate(oneLine(text ?? ''), room))
      : start + paint.red(truncate(clean(problem), room));
  });
}

const oneLine = (text: string): string => clean(text.replace(/\s+/g, ' ').trim());

/** A text as it would be sent, with how it is billed. */
export interface FilledTemplate {
  /** The row that filled it; 0: none did. */
  readonly line: number;
  readonly text: string;
}

/** How a text is billed. Field names are a contract. */
export function filledJson({ line, text }: FilledTemplate) {
  const { encoding, segments, characters } = countSegments(text);
  return { line, text, encoding, characters, segments };
}

/** A filled text with its length, and the character that makes it dearer, where one does. */
export function filledLines(filled: FilledTemplate, { paint, width }: Style): string[] {
  const { line, text, encoding, characters, segments } = filledJson(filled);
  const lint = lintSegments(text, segments);
  const dearer = lint ? `; without ${clean(lint.character)} it would be ${plural(lint.plainSegments, 'segment')}` : '';
  const where = line === 0 ? '' : `line ${line}: `;
  return [
    ...text.split('\n').map(clean),
    paint.dim(
      truncate(
        `${where}${plural(characters, 'character')} of ${encoding}, ${plural(segments, 'segment')}${dearer}`,
        width,
      ),
    ),
  ];
}
