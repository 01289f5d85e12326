import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration } from '../core/text/wording.ts';
import type { Paint } from './paint.ts';
import { cellWidth } from './width.ts';

/** How far a run has come. */
export interface Progress {
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Since the run began, in milliseconds. */
  readonly elapsedMs: number;
  /** Why the run waits; absent while it sends. */
  readonly waiting?: string | undefined;
}

/** The width of the bar, in cells. Our choice. */
const barCells = 8;

/** The line at the bottom of the terminal during a run. Parts that do not fit the width are left out, the least needed first. */
export function progressLine(progress: Progress, paint: Paint, width: number): string {
  const { total, accepted, rejected, unknown, elapsedMs, waiting } = progress;
  const done = accepted + rejected + unknown;
  const left = total - done;
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const parts: Part[] = [
    { rank: 3, text: bar(done, total, { paint, cells: barCells }) },
    { rank: 0, text: `${formatCount(done)}/${formatCount(total)}` },
    { rank: 2, text: `${rateText(perSecond)}/s` },
    ...(waiting === undefined ? [] : [{ rank: 1, text: paint.yellow(clean(waiting)) }]),
    { rank: 5, text: `accepted ${formatCount(accepted)}` },
    ...(rejected > 0 ? [{ rank: 1, text: paint.red(`rejected ${formatCount(rejected)}`) }] : []),
    ...(unknown > 0 ? [{ rank: 1, text: paint.yellow(`unknown ${formatCount(unknown)}`) }] : []),
    { rank: 6, text: `left ${formatCount(left)}` },
    ...(done > 0 && left > 0 ? [{ rank: 4, text: `${formatDuration((left / done) * elapsedMs)} to go` }] : []),
  ];
  return fitted(parts, width);
}

/** A part of a line; one with a larger `rank` is left out earlier. */
export interface Part {
  readonly rank: number;
  readonly text: string;
}

/** The parts that have room in one line of this width, less than which it takes. */
export function fitted(all: readonly Part[], width: number): string {
  const parts = [...all];
  const line = () => `  ${parts.map(({ text }) => text).join('  ')}`;
  while (parts.length > 1 && cellWidth(line()) >= width) {
    const last = Math.max(...parts.map(({ rank }) => rank));
    parts.splice(
      parts.findIndex(({ rank }) => rank === last),
      1,
    );
  }
  return line();
}

/** A bar of so many cells that is full when all is done. */
export function bar(
  done: number,
  total: number,
  { paint, cells }: { readonly paint: Paint; readonly cells: number },
): string {
  const filled = total === 0 ? cells : Math.min(cells, Math.floor((done / total) * cells));
  return `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(cells - filled))}`;
}

/** `3.2`, `1,250`. */
export function rateText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond));
}

/** The same as a plain line, for standard error that is not a terminal. */
export function progressLog({ total, accepted, rejected, unknown, elapsedMs, waiting }: Progress): string {
  const done = accepted + rejected + unknown;
  const counts = [
    `${formatCount(done)} of ${formatCount(total)} done`,
    `${formatCount(accepted)} accepted`,
    `${formatCount(rejected)} rejected`,
    `${formatCount(unknown)} unknown`,
    `${formatCount(total - done)} left`,
    ...(waiting === undefined ? [] : [clean(waiting)]),
  ];
  return `${formatDuration(elapsedMs)}: ${counts.join(', ')}`;
}
