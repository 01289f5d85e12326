import type { Parsed } from './parsed.ts';

/** Where a time is looked for that does not name its day or its direction: what comes, or what was. */
export type Direction = 'ahead' | 'back';

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const isoTime = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;
const isoDay = /^(\d{4})-(\d\d)-(\d\d)$/;
const span = /^(\+?)(\d{1,6})([smhd])( ago)?$/;
const clock = /^(?:(yesterday|today|tomorrow) +)?([01]?\d|2[0-3]):([0-5]\d)$/i;

const unread: Readonly<Record<Direction, { readonly problem: string; readonly hint: string }>> = {
  ahead: {
    problem: 'is not a time with its zone',
    hint: 'Write it as 2026-12-24T20:00:00Z, 17:30, tomorrow 9:00, or +2h; without a zone it is this machine’s.',
  },
  back: {
    problem: 'is not a day, or a time with its zone',
    hint: 'Write it as 2026-12-24T20:00:00Z, 17:30, yesterday 9:00, yesterday, or 2h; without a zone it is this machine’s.',
  },
};

/**
 * A time as people write it, in milliseconds since 1970: with its zone, by this machine's clock (`9:00`, `tomorrow 9:00`),
 * or from now (`+2h`; looking back `2h` is two hours ago). A time that clocks jump over, or show twice, is refused.
 */
export function parseTime(text: string, nowMs: number, direction: Direction): Parsed<number> {
  const given = text.trim();
  const day = isoTime.exec(given);
  if (day) return isDay(day) ? exactly(Date.parse(given)) : notThere;
  const found = fromNow(given, nowMs, direction) ?? byTheClock(given, nowMs, direction);
  return found ?? unread[direction];
}

/** True for the parts of a day that is in the calendar: February has no 31st, which a `Date` takes for the 3rd of March. */
function isDay([, year, month, day]: readonly (string | undefined)[]): boolean {
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last;
}

/** True for a day like 2026-11-23. */
export function isIsoDay(text: string): boolean {
  const day = isoDay.exec(text);
  return day !== null && isDay(day);
}

const notThere = { problem: 'is not a time that exists' };

const exactly = (ms: number): Parsed<number> => (Number.isNaN(ms) ? notThere : { value: ms });

function fromNow(text: string, nowMs: number, direction: Direction): Parsed<number> | undefined {
  const [, plus, amount, unit = '', ago] = span.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const ms = Number(amount) * (units[unit] ?? 0);
  if (plus && !ago) return { value: nowMs + ms };
  // A bare 2h is two hours ago where nothing else makes sense; for what comes it could as well be a length.
  return direction === 'back' && !plus ? { value: nowMs - ms } : undefined;
}

const dayNames: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };

function byTheClock(text: string, nowMs: number, direction: Direction): Parsed<number> | undefined {
  const [, dayName, hour, minute] = clock.exec(text) ?? [];
  if (hour === undefined) return direction === 'back' ? startOf(text, nowMs) : undefined;
  const at = (days: number) => localTime(nowMs, days, { hour: Number(hour), minute: Number(minute) });
  if (dayName !== undefined) return at(dayNames[dayName.toLowerCase()] ?? 0);
  const today = at(0);
  if ('problem' in today) return today;
  if (direction === 'ahead') return today.value > nowMs ? today : at(1);
  return today.value <= nowMs ? today : at(-1);
}

/** When a day began: `yesterday`, `today`. */
function startOf(text: string, nowMs: number): Parsed<number> | undefined {
  const days = dayNames[text.toLowerCase()];
  if (days === undefined || days > 0) return undefined;
  const now = new Date(nowMs);
  return { value: new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime() };
}

/** How far a time may be from its like, where clocks are put back: half an hour or more, three at the most. In milliseconds. */
const shifts = [0.5, 1, 1.5, 2, 3].flatMap((hours) => [hours * 3_600_000, hours * -3_600_000]);

/** A time of this machine's clock, so many days from the one of `nowMs`. */
function localTime(
  nowMs: number,
  days: number,
  { hour, minute }: { readonly hour: number; readonly minute: number },
): Parsed<number> {
  const now = new Date(nowMs);
  const wanted = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
  const shows = (date: Date) => date.getHours() === hour && date.getMinutes() === minute;
  const hint = 'Write it with its zone, as 2026-12-24T20:00:00Z.';
  if (!shows(wanted)) return { problem: 'does not come that day: clocks are put forward over it', hint };
  const isTwice = shifts.some((ms) => shows(new Date(wanted.getTime() + ms)));
  return isTwice ? { problem: 'comes twice that day, as clocks are put back', hint } : { value: wanted.getTime() };
}
