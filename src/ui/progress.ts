import { formatCount, formatDuration } from './lines.ts';
import type { Paint } from './paint.ts';

/** How far a run is. */
export interface Progress {
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Since the run began, in milliseconds. */
  readonly elapsedMs: number;
}

/** The line at the bottom of the terminal while a run goes on. */
export function progressLine(progress: Progress, paint: Paint): string {
  const { total, accepted, rejected, unknown, elapsedMs } = progress;
  const done = accepted + rejected + unknown;
  const cells = 16;
  const filled = total === 0 ? cells : Math.min(cells, Math.floor((done / total) * cells));
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const left = total - done;
  return [
    `  ${paint.green('█'.repeat(filled))}${paint.dim('░'.repeat(cells - filled))}`,
    `${formatCount(done)}/${formatCount(total)}`,
    `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`,
    rejected > 0 && paint.red(`rejected ${formatCount(rejected)}`),
    unknown > 0 && paint.yellow(`unknown ${formatCount(unknown)}`),
    done > 0 && left > 0 && `${formatDuration((left / done) * elapsedMs)} to go`,
  ]
    .filter((part) => part !== false)
    .join('  ');
}

/** The same for a log: one whole line, no colour. */
export function progressLog({ total, accepted, rejected, unknown, elapsedMs }: Progress): string {
  const done = accepted + rejected + unknown;
  return `${formatDuration(elapsedMs)}: ${formatCount(done)} of ${formatCount(total)} done, ${formatCount(accepted)} accepted, ${formatCount(rejected)} rejected, ${formatCount(unknown)} unknown, ${formatCount(total - done)} left`;
}
