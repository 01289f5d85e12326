import stringWidth from 'string-width';
import type { RowIssue } from '../core/message.ts';
import { maskHint, maskInternational, maskNumbers } from '../core/recipient/mask.ts';
import { bareAddress } from '../core/recipient/phone.ts';
import { clean } from '../core/text/clean.ts';
import type { Paint } from './paint.ts';

/** How text is shown: its colours, its width in cells, and whether numbers are shown whole. */
export interface Style {
  readonly paint: Paint;
  readonly width: number;
  readonly showPii: boolean;
}

/** Safe text, with numbers masked unless they may be shown. */
export function shown(text: string, { showPii }: Pick<Style, 'showPii'>): string {
  return clean(showPii ? text : maskNumbers(text));
}

/** Cuts text to a width in cells, with … where something is gone. */
export function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Breaks text between words, each line behind `indent` spaces but the first. */
export function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(`${line} ${word}`) > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** `2026-11-25 09:00`, by this machine's clock; from ISO 8601. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What is wrong and the way out. Both may repeat the number they are about, which is masked as the value is. */
export function issueText(
  { problem, hint }: Pick<RowIssue, 'problem' | 'hint'>,
  { showPii }: Pick<Style, 'showPii'>,
): string {
  const [what, way] = showPii ? [problem, hint] : [maskInternational(problem), hint && maskHint(hint)];
  return clean(`${what}.${way ? ` ${way}` : ''}`);
}

/** A text of the recipient's: whole but for their own number, which is masked beside it. */
export function bodyShown(text: string, to: string, { showPii }: Pick<Style, 'showPii'>): string {
  const number = bareAddress(to);
  return clean(showPii || number === '' ? text : text.replaceAll(number, () => maskNumbers(number)));
}

/** One line for one issue: where, what, and the way out. */
export function issueLine({ line, column, value, problem, hint }: RowIssue, style: Style): string {
  const { paint, width } = style;
  const where = `line ${line}`.padEnd(9);
  const what = value === '' ? '' : ` "${truncate(shown(value, style), 40)}"`;
  const text = `${clean(column)}${what} ${issueText({ problem, ...(hint && { hint }) }, style)}`;
  return `  ${paint.yellow(where)} ${wrap(text, width, 12)}`;
}
