import type { SendingValues } from '../../cli/options/sending.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';

/** When a run has to end: after a time in milliseconds, and at one in milliseconds since 1970. */
type Ends = Pick<SendingValues, 'maxDurationMs' | 'notAfter'>;

/** What ends the run by `--max-duration` or `--not-after`. Throws a `CliError` for a time that is past. */
export function deadlineOf({ maxDurationMs, notAfter }: Ends, { now }: Context): AbortSignal | undefined {
  if (notAfter !== undefined && notAfter <= now()) {
    throw new CliError('rule', `It is after ${new Date(notAfter).toISOString()} already. Nothing was sent.`);
  }
  const ends = [maxDurationMs, notAfter === undefined ? undefined : notAfter - now()].filter((ms) => ms !== undefined);
  return ends.length === 0 ? undefined : AbortSignal.timeout(Math.min(...ends, 2 ** 31 - 1));
}
