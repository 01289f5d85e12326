import { durationFrom } from '../../config/settings.ts';
import { travelsSafely, webAddressProblem } from '../../core/request/web-address.ts';
import type { Parse } from './option.ts';

/** Any text but none. */
export const text: Parse<string> = (given) => (given.trim() === '' ? { problem: 'is empty' } : { value: given });

/** A time like 30s within a range that is written the same way, in milliseconds. */
export const duration = durationFrom;

/** A whole number above 0. */
export const count: Parse<number> = (given) =>
  /^[1-9]\d{0,9}$/.test(given) ? { value: Number(given) } : { problem: 'is not a whole number above 0' };

/** A share like 10%, as a part of 1. */
export const share: Parse<number> = (given) => {
  const percent = /^\d+(\.\d+)?%$/.test(given) ? Number.parseFloat(given) : Number.NaN;
  return percent <= 100 ? { value: percent / 100 } : { problem: 'is not a share from 0% to 100%, like 10%' };
};

/** An address that what is told in confidence may go to: with TLS, or on this machine. */
export const safeUrl: Parse<string> = (given) =>
  webAddressProblem(given) ??
  (travelsSafely(given) ? { value: given } : { problem: 'must be https (http is for this machine only)' });

/** A port of TCP; 0 picks one. */
export const port: Parse<number> = (given) =>
  /^\d{1,5}$/.test(given) && Number(given) < 65_536 ? { value: Number(given) } : { problem: 'must be 0 to 65535' };

const isoTime = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)$/;

/** A time with its zone, in milliseconds since 1970. */
export const time: Parse<number> = (given) => {
  const [, year, month, day] = isoTime.exec(given) ?? [];
  const value = isDay(year, month, day) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(value)
    ? { problem: 'is not a time with its zone', hint: 'Write it as 2026-12-24T20:00:00Z.' }
    : { value };
};

/** A day like 2026-11-23. */
export const day: Parse<string> = (given) => {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(given) ?? [];
  return isDay(year, month, date) ? { value: given } : { problem: 'is not a day like 2026-11-23' };
};

/** February has no 31st, which `Date.parse` takes for the 3rd of March. */
function isDay(year: string | undefined, month: string | undefined, day: string | undefined): boolean {
  if (year === undefined || month === undefined || day === undefined) return false;
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last;
}

/** An identifier of Twilio: its prefix and 32 hexadecimal digits. */
export const sid =
  (prefix: string): Parse<string> =>
  (given) =>
    new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(given)
      ? { value: given }
      : { problem: `is not ${prefix} and 32 hexadecimal digits` };
