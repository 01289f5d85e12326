import type { SendingValues } from '../cli/options/sending.ts';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';

/** When a run has to end: after a time in milliseconds, and at one in milliseconds since 1970. */
type Ends = Pick<SendingValues, 'maxDurationMs' | 'notAfter'>;

/** How often the clocks are looked at, in milliseconds. */
const lookMs = 500;

/**
 * What ends the run by `--max-duration` or `--not-after`; a time of day by the clock on the wall, as it is then, for it
 * can be set, and a machine can sleep. Throws a `CliError` for a time that is past.
 */
export function deadlineOf({ maxDurationMs, notAfter }: Ends, { now, monotonic }: Context): AbortSignal | undefined {
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
  }, lookMs);
  timer.unref();
  return over.signal;
}
