import type { Parsed } from '../parsed.ts';

/** The hours of the day in which nobody is texted, by the recipient's clock. */
export interface QuietHours {
  /** Minutes after midnight at which they begin and end; a window over midnight ends before it begins. */
  readonly from: number;
  readonly to: number;
}

/** A recipient's quiet hours: the window, and every time zone they may be in. */
export interface LocalQuietHours {
  readonly hours: QuietHours;
  readonly zones: readonly string[];
}

/** Reads `21:00-08:00`. */
export function parseQuietHours(text: string): Parsed<QuietHours> {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (fromHour === undefined) return { problem: 'must be two times of day, as 21:00-08:00' };
  return from === to ? { problem: 'must not begin and end at the same time' } : { value: { from, to } };
}

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** As the ledger keeps them with a message, so that a later run holds to them too: `21:00-08:00 Europe/Berlin`. */
export function quietHoursText({ hours, zones }: LocalQuietHours): string {
  return `${clockText(hours.from)}-${clockText(hours.to)} ${zones.join(',')}`;
}

/** The other way round. Throws an `Error` for what `quietHoursText` never wrote. */
export function readLocalQuietHours(text: string): LocalQuietHours {
  const [window = '', zones = ''] = text.split(' ');
  const hours = parseQuietHours(window);
  if ('problem' in hours || zones === '') throw new Error(`no quiet hours: ${text}`);
  return { hours: hours.value, zones: zones.split(',') };
}
