import { CliError } from '../errors.ts';
import type { Clock } from './ports.ts';

/** When a run has to end: after a time in milliseconds, and at one in milliseconds since 1970. */
export interface Ends {
  readonly maxDurationMs: number | undefined;
  readonly notAfter: number | undefined;
}

/** How often the clocks are looked at, in milliseconds. */
const intervalMs = 500;

/**
 * What ends a run by its duration or time of day; the latter by the clock on the wall, as it is then, for it can be set,
 * and a machine can sleep. Throws a `CliError` for a time that is past.
 */
export function deadlineOf(
  { maxDurationMs, notAfter }: Ends,
  { now, monotonic }: Pick<Clock, 'now' | 'monotonic'>,
): AbortSignal | undefined {
  if (notAfter !== undefined && notAfter <= now()) {
    throw new CliError('rule', `It is after ${new Date(notAfter).toISOString()} already. Nothing was sent.`);
  }
  if (maxDurationMs === undefined && notAfter === undefined) return undefined;
  const over = new AbortController();
  const startedAt = monotonic();
  const timer = setInterval(() => {
    const isOver = monotonic() - startedAt >= (maxDurationMs ?? Number.POSITIVE_INFINITY);
    if (!isOver && now() < (notAfter ?? Number.POSITIVE_INFINITY)) return;
    over.abort();
    clearInterval(timer);
  }, intervalMs);
  timer.unref();
  return over.signal;
}
