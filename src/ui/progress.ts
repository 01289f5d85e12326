import stringWidth from 'string-width';
import { clean } from '../core/text/clean.ts';
import { formatCount, formatDuration } from '../core/text/wording.ts';
import type { Paint } from './paint.ts';

/** How far a run is. */
export interface Progress {
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Since the run began, in milliseconds. */
  readonly elapsedMs: number;
  /** Why nothing is taken right now. */
  readonly waiting?: string | undefined;
}

const barCells = 8;

/** The line at the bottom of the terminal while a run goes on; what does not fit the width is left out, least needed first. */
export function progressLine(progress: Progress, paint: Paint, width: number): string {
  const { total, accepted, rejected, unknown, elapsedMs, waiting } = progress;
  const done = accepted + rejected + unknown;
  const left = total - done;
  const filled = total === 0 ? barCells : Math.min(barCells, Math.floor((done / total) * barCells));
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const parts: { readonly need: number; readonly text: string }[] = [
    { need: 3, text: `${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(barCells - filled))}` },
    { need: 0, text: `${formatCount(done)}/${formatCount(total)}` },
    { need: 2, text: `${perSecond < 10 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))}/s` },
    ...(waiting === undefined ? [] : [{ need: 1, text: paint.yellow(clean(waiting)) }]),
    { need: 5, text: `accepted ${formatCount(accepted)}` },
    ...(rejected > 0 ? [{ need: 1, text: paint.red(`rejected ${formatCount(rejected)}`) }] : []),
    ...(unknown > 0 ? [{ need: 1, text: paint.yellow(`unknown ${formatCount(unknown)}`) }] : []),
    { need: 6, text: `left ${formatCount(left)}` },
    ...(done > 0 && left > 0 ? [{ need: 4, text: `${formatDuration((left / done) * elapsedMs)} to go` }] : []),
  ];
  const line = () => `  ${parts.map(({ text }) => text).join('  ')}`;
  while (parts.length > 1 && stringWidth(line()) >= width) {
    const least = Math.max(...parts.map(({ need }) => need));
    parts.splice(
      parts.findIndex(({ need }) => need === least),
      1,
    );
  }
  return line();
}

/** The same for a log: one whole line, no colour. */
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
