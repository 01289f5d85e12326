import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageRequest } from '../../../src/core/message.ts';
import { fitToQuietHours, openingAt } from '../../../src/core/recipient/openings.ts';
import {
  type LocalQuietHours,
  parseQuietHours,
  quietHoursText,
  readLocalQuietHours,
} from '../../../src/core/recipient/quiet-hours.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number | undefined) => ms && new Date(ms).toISOString().replace('.000Z', 'Z');

function quiet(window: string, ...zones: string[]): LocalQuietHours {
  const hours = parseQuietHours(window);
  if ('problem' in hours) throw new Error(hours.problem);
  return { hours: hours.value, zones };
}

/** `opens …` or `closes …`, in UTC. */
function described(local: LocalQuietHours, time: string): string {
  const opening = openingAt(local, at(time));
  return opening.isOpen ? `closes ${iso(opening.closesAt)}` : `opens ${iso(opening.opensAt)}`;
}

const berlin = 'Europe/Berlin';

it.each([
  ['in the evening', quiet('21:00-08:00', berlin), '2026-11-23T20:30:00Z', 'opens 2026-11-24T07:00:00Z'],
  [
    'before midnight, by the minute',
    quiet('21:00-08:00', berlin),
    '2026-11-23T20:00:00Z',
    'opens 2026-11-24T07:00:00Z',
  ],
  ['a minute before', quiet('21:00-08:00', berlin), '2026-11-23T19:59:59Z', 'closes 2026-11-23T20:00:00Z'],
  ['in the morning', quiet('21:00-08:00', berlin), '2026-11-23T05:00:00Z', 'opens 2026-11-23T07:00:00Z'],
  ['by day', quiet('21:00-08:00', berlin), '2026-11-23T12:00:00Z', 'closes 2026-11-23T20:00:00Z'],
  ['over noon', quiet('12:00-14:00', berlin), '2026-11-23T11:30:00Z', 'opens 2026-11-23T13:00:00Z'],
  [
    'in two zones, one of them asleep',
    quiet('21:00-08:00', 'America/New_York', 'America/Los_Angeles'),
    '2026-11-23T14:00:00Z',
    'opens 2026-11-23T16:00:00Z',
  ],
  [
    'in two zones, both awake',
    quiet('21:00-08:00', 'America/New_York', 'America/Los_Angeles'),
    '2026-11-23T20:00:00Z',
    'closes 2026-11-24T02:00:00Z',
  ],
  [
    'in zones that share no hour',
    quiet('20:00-10:00', 'Pacific/Honolulu', 'Europe/Berlin'),
    '2026-11-23T20:00:00Z',
    'opens undefined',
  ],
  [
    'with an offset of 5:45',
    quiet('21:00-08:00', 'Asia/Kathmandu'),
    '2026-11-23T15:14:00Z',
    'closes 2026-11-23T15:15:00Z',
  ],
  // On 2026-03-29 the clock goes from 02:00 to 03:00 in Berlin, on 2026-10-25 from 03:00 back to 02:00.
  ['when the opening is skipped', quiet('21:00-02:30', berlin), '2026-03-29T00:30:00Z', 'opens 2026-03-29T01:30:00Z'],
  ['when the opening comes twice', quiet('21:00-02:30', berlin), '2026-10-24T23:00:00Z', 'opens 2026-10-25T00:30:00Z'],
  ['when the quiet comes twice', quiet('21:00-02:30', berlin), '2026-10-25T01:10:00Z', 'opens 2026-10-25T01:30:00Z'],
  ['in the long night', quiet('21:00-08:00', berlin), '2026-10-24T20:00:00Z', 'opens 2026-10-25T07:00:00Z'],
  ['in the short night', quiet('21:00-08:00', berlin), '2026-03-28T21:00:00Z', 'opens 2026-03-29T06:00:00Z'],
])('knows when somebody may be texted %s', (_, local, time, expected) => expect(described(local, time)).toBe(expected));

it('never calls an hour open that the clock on the wall calls quiet', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'];
  const time = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
  const minute = fc.integer({ min: 0, max: 1439 });
  const clock = (zone: string, ms: number) => {
    const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(ms);
    const [hour = 0, minutes = 0] = parts.split(':').map(Number);
    return hour * 60 + minutes;
  };
  const isQuietAt = ({ from, to }: { from: number; to: number }, m: number) =>
    from < to ? m >= from && m < to : m >= from || m < to;
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, minute, minute, (zone, ms, from, to) => {
      fc.pre(from !== to);
      const hours = { from, to };
      const opening = openingAt({ hours, zones: [zone] }, ms);
      expect(opening.isOpen).toBe(!isQuietAt(hours, clock(zone, ms)));
      if (!opening.isOpen) {
        expect(opening.opensAt).toBeGreaterThan(ms);
        expect(isQuietAt(hours, clock(zone, opening.opensAt ?? 0))).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

describe('a message', () => {
  const request: MessageRequest = { to: '+4915112345678', from: '+14155600199', body: 'Hi' };
  const service: MessageRequest = { to: '+4915112345678', messagingServiceSid: 'MG', body: 'Hi' };
  const night = quiet('21:00-08:00', berlin);

  it.each<[string, MessageRequest, string, object]>([
    ['goes by day as it is', { ...request, validityPeriod: 3600 }, '2026-11-23T12:00:00Z', { validityPeriod: 3600 }],
    ['gets no more time than the day has', request, '2026-11-23T12:00:00Z', { validityPeriod: 28_800 }],
    ['gets less in the evening', { ...request, validityPeriod: 3600 }, '2026-11-23T19:50:00Z', { validityPeriod: 600 }],
    [
      'is scheduled by a service',
      service,
      '2026-11-23T22:00:00Z',
      { sendAt: '2026-11-24T07:00:00Z', scheduleType: 'fixed' },
    ],
    [
      'keeps a schedule by day',
      { ...service, sendAt: '2026-11-24T10:00:00Z' },
      '2026-11-23T22:00:00Z',
      { sendAt: '2026-11-24T10:00:00Z' },
    ],
    [
      'moves a schedule by night',
      { ...service, sendAt: '2026-11-24T02:00:00Z' },
      '2026-11-23T12:00:00Z',
      { sendAt: '2026-11-24T07:00:00Z' },
    ],
  ])('%s', (_, asked, time, changed) => {
    const fitted = fitToQuietHours(asked, night, at(time));
    expect(fitted).toEqual({ kind: 'send', request: expect.objectContaining(changed) });
  });

  it.each<[string, MessageRequest, string, string]>([
    ['waits for the morning', request, '2026-11-23T22:00:00Z', '2026-11-24T07:00:00Z'],
    ['waits when the day has less than a minute left', request, '2026-11-23T19:59:30Z', '2026-11-24T07:00:00Z'],
    ['waits when a schedule would be refused', service, '2026-11-24T06:57:00Z', '2026-11-24T07:00:00Z'],
  ])('%s', (_, asked, time, until) => {
    expect(fitToQuietHours(asked, night, at(time))).toEqual({ kind: 'wait', untilMs: at(until) });
  });
});

it.each([
  ['21:00-08:00', { value: { from: 1260, to: 480 } }],
  [' 9:00 - 17:30 ', { value: { from: 540, to: 1050 } }],
  ['21:00', { problem: 'must be two times of day, as 21:00-08:00' }],
  ['25:00-08:00', { problem: 'must be two times of day, as 21:00-08:00' }],
  ['08:00-08:00', { problem: 'must not begin and end at the same time' }],
])('reads %s', (text, parsed) => expect(parseQuietHours(text)).toEqual(parsed));

it('reads back what it wrote down', () => {
  const local = quiet('21:00-08:05', 'America/New_York', 'America/Chicago');
  expect(readLocalQuietHours(quietHoursText(local))).toEqual(local);
});
