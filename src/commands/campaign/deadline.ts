import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { parseDuration } from '../../settings.ts';
import { type Flags, textFlag } from '../options.ts';

/** When the run has to end, by `--max-duration` or `--not-after`. Throws a `CliError` for a time that is none, or past. */
export function deadlineOf(flags: Flags, { now }: Context): AbortSignal | undefined {
  const duration = textFlag(flags, 'maxDuration');
  const notAfter = textFlag(flags, 'notAfter');
  const ends: number[] = [];
  if (duration !== undefined) {
    const parsed = parseDuration(duration);
    if ('problem' in parsed) throw new CliError('usage', `--max-duration ${duration} ${parsed.problem}.`);
    ends.push(parsed.value);
  }
  if (notAfter !== undefined) {
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)$/.test(notAfter)
      ? Date.parse(notAfter)
      : Number.NaN;
    if (Number.isNaN(at)) {
      throw new CliError('usage', `--not-after ${notAfter} is not a time with its zone.`, {
        hint: 'Write it as 2026-12-24T20:00:00Z.',
      });
    }
    if (at <= now()) throw new CliError('rule', `It is after ${notAfter} already. Nothing was sent.`);
    ends.push(at - now());
  }
  return ends.length === 0 ? undefined : AbortSignal.timeout(Math.min(...ends, 2 ** 31 - 1));
}
