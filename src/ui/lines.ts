import type { RowIssue } from '../core/message.ts';
import { maskHint, maskInternational, maskNumbers } from '../core/recipient/mask.ts';
import { bareAddress } from '../core/recipient/phone.ts';
import { clean } from '../core/text/clean.ts';
import type { Paint } from './paint.ts';
import { cellWidth } from './width.ts';

/** How lines are printed on one stream: colours, the width in cells, and whether phone numbers are unmasked. */
export interface Style {
  readonly paint: Paint;
  readonly width: number;
  readonly showPii: boolean;
}

/** Text without control characters, and with phone numbers masked but for `--show-pii`. */
export function shown(text: string, { showPii }: Pick<Style, 'showPii'>): string {
  return clean(showPii ? text : maskNumbers(text));
}

/** Cuts text to a width in cells, with … where something is gone. */
export function truncate(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (cellWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Breaks text between words, each line behind `indent` spaces but the first. */
export function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && cellWidth(`${line} ${word}`) > width - indent) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** Lines broken between words where they are wider than that; the rest stands `hang` cells right of its line's start. */
export function fitLines(text: string, width: number, hang = 0): string {
  const fit = (line: string): string => {
    if (cellWidth(line) <= width) return line;
    const [start = ''] = /^(?:error: |hint: | *)/.exec(line) ?? [];
    return `${start}${wrap(line.slice(start.length), width, start.length + hang)}`;
  };
  return text.split('\n').map(fit).join('\n');
}

/** `2026-11-25 09:00`, in this machine's time zone; from ISO 8601 or milliseconds since 1970. */
export function localTime(time: string | number): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The problem and its hint in one text. Both may repeat the row's phone number, which is masked as in `shown`. */
export function issueText(
  { problem, hint }: Pick<RowIssue, 'problem' | 'hint'>,
  { showPii }: Pick<Style, 'showPii'>,
): string {
  const [what, next] = showPii ? [problem, hint] : [maskInternational(problem), hint && maskHint(hint)];
  return clean(`${what}.${next ? ` ${next}` : ''}`);
}

/** The body of a message to `to`, with that number masked in it as it is beside it. */
export function bodyShown(text: string, to: string, { showPii }: Pick<Style, 'showPii'>): string {
  const number = bareAddress(to);
  return clean(showPii || number === '' ? text : text.replaceAll(number, () => maskNumbers(number)));
}

/** One line for one issue: line, column, value, problem and hint. */
export function issueLine({ line, column, value, problem, hint }: RowIssue, style: Style): string {
  const { paint, width } = style;
  const where = `line ${line}`.padEnd(9);
  const what = value === '' ? '' : ` "${truncate(shown(value, style), 40)}"`;
  const text = `${clean(column)}${what} ${issueText({ problem, ...(hint && { hint }) }, style)}`;
  return `  ${paint.yellow(where)} ${wrap(text, width, 12)}`;
}
