import { CliError } from '../errors.ts';

/** The times of a cron expression in a time zone, through summer time and back. */
export interface CronTimes {
  /** The latest at or before a time, both in milliseconds since 1970. */
  readonly latest: (at: number) => number;
  /** The next ones after a time, in milliseconds since 1970. */
  readonly next: (at: number, count: number) => readonly number[];
}

/** Reads five fields of cron. Throws a `CliError` for an expression or a time zone that is none. */
export async function cronTimes(cron: string, timeZone: string): Promise<CronTimes> {
  const { default: parser } = await import('cron-parser');
  const at = (ms: number) => parser.parseExpression(cron, { tz: timeZone, currentDate: new Date(ms) });
  if (cron.trim().split(/\s+/).length !== 5) {
    throw new CliError('usage', `--cron "${cron}" must have five fields.`, {
      hint: "Minute, hour, day, month, weekday: --cron '0 9 * * 1-5' is nine o'clock from Monday to Friday.",
    });
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    at(0).next();
  } catch (cause) {
    const isZone = cause instanceof RangeError;
    throw new CliError('usage', isZone ? `There is no time zone ${timeZone}.` : `--cron "${cron}" is wrong.`, {
      hint: isZone ? 'Write it as Europe/Berlin.' : `${(cause as Error).message}.`,
      cause,
    });
  }
  return {
    // The library's own `prev` is before its time, never at it.
    latest: (ms) =>
      at(ms + 1)
        .prev()
        .getTime(),
    next: (ms, count) => {
      const times = at(ms);
      return Array.from({ length: count }, () => times.next().getTime());
    },
  };
}
