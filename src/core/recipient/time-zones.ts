import { prefixesByZones } from './number-prefixes.ts';
import { bareAddress } from './phone.ts';

let zonesByPrefix: Map<string, readonly string[]> | undefined;

function table(): Map<string, readonly string[]> {
  zonesByPrefix ??= new Map(
    Object.entries(prefixesByZones).flatMap(([zones, prefixes]) =>
      prefixes.split(' ').map((prefix): [string, readonly string[]] => [prefix, zones.split('&')]),
    ),
  );
  return zonesByPrefix;
}

/** The time zones a number may be in, by its longest known prefix; several where that fits several, none when unknown. */
export function timeZonesOf(address: string): readonly string[] {
  const [, digits] = /^\+(\d+)$/.exec(bareAddress(address)) ?? [];
  for (let length = Math.min(8, digits?.length ?? 0); length > 0; length--) {
    const zones = table().get(digits?.slice(0, length) ?? '');
    if (zones) return zones;
  }
  return [];
}

/** Names that only ICU knows, from Java's first zones. They mislead: its BST is Dhaka, its IST is not Tel Aviv. */
const namesOfIcuAlone = new Set(
  ['ACT', 'AET', 'AGT', 'ART', 'AST', 'BET', 'BST', 'CAT', 'CNT', 'CST', 'CTT', 'EAT', 'ECT'].concat([
    'IET',
    'IST',
    'JST',
    'MIT',
    'NET',
    'NST',
    'PLT',
    'PNT',
    'PRT',
    'PST',
    'SST',
    'VST',
  ]),
);

const asked = new Map<string, boolean>();

/** True for a time zone of the IANA database, as `Europe/Berlin`, `UTC` or `EST`. */
export function isTimeZone(name: string): boolean {
  let answer = asked.get(name);
  if (answer === undefined) {
    // A list has few zones, and asking for one takes as long as planning ten rows; what is no zone may be anything.
    if (asked.size > 1000) asked.clear();
    answer = isKnownToIntl(name) && !namesOfIcuAlone.has(name.toUpperCase());
    asked.set(name, answer);
  }
  return answer;
}

function isKnownToIntl(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
