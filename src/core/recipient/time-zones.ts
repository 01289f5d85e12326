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

/** The time zones a number may be in, by its longest known prefix; several where that does not tell, none when unknown. */
export function timeZonesOf(address: string): readonly string[] {
  const [, digits] = /^\+(\d+)$/.exec(bareAddress(address)) ?? [];
  for (let length = Math.min(8, digits?.length ?? 0); length > 0; length--) {
    const zones = table().get(digits?.slice(0, length) ?? '');
    if (zones) return zones;
  }
  return [];
}

/** True for a time zone of the IANA database, as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && name.includes('/');
  } catch {
    return name === 'UTC';
  }
}
