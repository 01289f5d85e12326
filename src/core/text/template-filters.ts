import { type Liquid, filters as standard } from 'liquidjs';

const formatDate = standard['date'] as (value: Date, format: string, timezoneOffset: number) => unknown;

/** Adds what texts to people need beyond Liquid's own filters; what a filter can't make sense of is an error of its row. */
export function addFilters(engine: Liquid, locale: string): void {
  engine.registerFilter('name', (value: unknown) => nameCase(String(value)));
  engine.registerFilter('money', (value: unknown, currency: unknown) => money(String(value), currency, locale));
  engine.registerFilter('date', function (value: unknown, format: unknown) {
    // The date as written, whatever the time zone of this machine: 2026-11-24 is the 24th everywhere.
    return formatDate.call(this, readDate(String(value)), String(format ?? '%-d %B %Y'), 0);
  });
}

/** `ADA  LOVELACE` and `ada lovelace` become `Ada Lovelace`; a name in mixed case is left as its owner writes it. */
export function nameCase(text: string): string {
  const name = text.trim().replace(/\s+/g, ' ');
  if (name !== name.toUpperCase() && name !== name.toLowerCase()) return name;
  return name.toLowerCase().replace(/(^|[\s\-'’.])(\p{L})/gu, (_, before: string, letter: string) => {
    return before + letter.toUpperCase();
  });
}

function money(text: string, currency: unknown, locale: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text.trim())) throw new TypeError(`"${text}" is no amount like 1234.50`);
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    throw new TypeError('money needs a currency, as money: "EUR"');
  }
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  // The no-break spaces that Intl writes are not in GSM-7, and would more than double the bill.
  return format.format(Number(text)).replace(/[\u00a0\u202f]/g, ' ');
}

const isoDate =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;
const dottedDate = /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/;

/** The date and time as written, as if it were UTC. Throws a `TypeError` for what is none, or could be two. */
function readDate(text: string): Date {
  const { year, month, day, hour, minute } = (isoDate.exec(text.trim()) ?? dottedDate.exec(text.trim()))?.groups ?? {};
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 0), Number(minute ?? 0)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isReal) throw new TypeError(`"${text}" is no date like 2026-12-24`);
  return date;
}
