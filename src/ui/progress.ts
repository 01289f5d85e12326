import stringWidth from 'string-width';
import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration } from '../core/text/wording.ts';
import type { Paint } from './paint.ts';

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
  const filled = total === 0 ? barCells : Math.min(barCells, Math.floor((done / total) * barCells));
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  // A part with a larger `rank` is left out earlier.
  const parts: { readonly rank: number; readonly text: string }[] = [
    { rank: 3, text: `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(barCells - filled))}` },
    { rank: 0, text: `${formatCount(done)}/${formatCount(total)}` },
    { rank: 2, text: `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))}/s` },
    ...(waiting === undefined ? [] : [{ rank: 1, text: paint.yellow(clean(waiting)) }]),
    { rank: 5, text: `accepted ${formatCount(accepted)}` },
    ...(rejected > 0 ? [{ rank: 1, text: paint.red(`rejected ${formatCount(rejected)}`) }] : []),
    ...(unknown > 0 ? [{ rank: 1, text: paint.yellow(`unknown ${formatCount(unknown)}`) }] : []),
    { rank: 6, text: `left ${formatCount(left)}` },
    ...(done > 0 && left > 0 ? [{ rank: 4, text: `${formatDuration((left / done) * elapsedMs)} to go` }] : []),
  ];
  const line = () => `  ${parts.map(({ text }) => text).join('  ')}`;
  while (parts.length > 1 && stringWidth(line()) >= width) {
    const last = Math.max(...parts.map(({ rank }) => rank));
    parts.splice(
      parts.findIndex(({ rank }) => rank === last),
      1,
    );
  }
  return line();
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
