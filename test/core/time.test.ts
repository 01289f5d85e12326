import { afterEach, describe, expect, it } from 'vitest';
import { type Direction, parseTime } from '../../src/core/time.ts';

const zoneBefore = process.env['TZ'];
afterEach(() => {
  if (zoneBefore === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zoneBefore;
});

/** A time as it is read on a machine in a zone. */
function read(text: string, { now, zone, direction = 'ahead' }: { now: string; zone: string; direction?: Direction }) {
  process.env['TZ'] = zone;
  const parsed = parseTime(text, Date.parse(now), direction);
  return 'value' in parsed ? new Date(parsed.value).toISOString().replace('.000Z', 'Z') : parsed.problem;
}

const noon = '2026-06-15T10:00:00Z';

describe('a time', () => {
  it.each<[string, string, string]>([
    ['2026-12-24T20:00:00Z', 'UTC', '2026-12-24T20:00:00Z'],
    ['2026-12-24T20:00+01:00', 'Asia/Tokyo', '2026-12-24T19:00:00Z'],
    ['2026-12-24t20:00:00.5z', 'UTC', '2026-12-24T20:00:00.500Z'],
    ['+90s', 'UTC', '2026-06-15T10:01:30Z'],
    ['+2h', 'Asia/Tokyo', '2026-06-15T12:00:00Z'],
    ['+1d', 'UTC', '2026-06-16T10:00:00Z'],
    ['today 17:30', 'Europe/Berlin', '2026-06-15T15:30:00Z'],
    ['tomorrow 9:00', 'Europe/Berlin', '2026-06-16T07:00:00Z'],
    ['Tomorrow  09:00', 'Asia/Kolkata', '2026-06-16T03:30:00Z'],
    ['12:01', 'Europe/Berlin', '2026-06-15T10:01:00Z'],
    ['12:00', 'Europe/Berlin', '2026-06-16T10:00:00Z'],
    ['9:00', 'America/New_York', '2026-06-15T13:00:00Z'],
    ['5:00', 'America/New_York', '2026-06-16T09:00:00Z'],
  ])('to come is read: %s in %s', (text, zone, expected) => {
    expect(read(text, { now: noon, zone })).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['1h', 'UTC', '2026-06-15T09:00:00Z'],
    ['30m ago', 'UTC', '2026-06-15T09:30:00Z'],
    ['2d', 'Asia/Tokyo', '2026-06-13T10:00:00Z'],
    ['today', 'Europe/Berlin', '2026-06-14T22:00:00Z'],
    ['yesterday', 'Europe/Berlin', '2026-06-13T22:00:00Z'],
    ['yesterday 9:00', 'Europe/Berlin', '2026-06-14T07:00:00Z'],
    ['12:00', 'Europe/Berlin', '2026-06-15T10:00:00Z'],
    ['12:01', 'Europe/Berlin', '2026-06-14T10:01:00Z'],
    ['2026-06-01T00:00:00Z', 'Asia/Tokyo', '2026-06-01T00:00:00Z'],
  ])('that was is read: %s in %s', (text, zone, expected) => {
    expect(read(text, { now: noon, zone, direction: 'back' })).toBe(expected);
  });

  const [forward, back] = ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z'];
  it.each<[string, string, string, string | RegExp]>([
    ['tomorrow 1:59', 'Europe/Berlin', forward, '2026-03-29T00:59:00Z'],
    ['tomorrow 2:00', 'Europe/Berlin', forward, /does not come that day/],
    ['tomorrow 2:59', 'Europe/Berlin', forward, /does not come that day/],
    ['tomorrow 3:00', 'Europe/Berlin', forward, '2026-03-29T01:00:00Z'],
    ['tomorrow 9:00', 'Europe/Berlin', forward, '2026-03-29T07:00:00Z'],
    ['tomorrow 1:59', 'Europe/Berlin', back, '2026-10-24T23:59:00Z'],
    ['tomorrow 2:00', 'Europe/Berlin', back, /comes twice that day/],
    ['tomorrow 2:59', 'Europe/Berlin', back, /comes twice that day/],
    ['tomorrow 3:00', 'Europe/Berlin', back, '2026-10-25T02:00:00Z'],
    ['tomorrow 9:00', 'Europe/Berlin', back, '2026-10-25T08:00:00Z'],
    ['2:30', 'Europe/Berlin', forward, /does not come that day/],
    ['+24h', 'Europe/Berlin', forward, '2026-03-29T12:00:00Z'],
    ['tomorrow 2:15', 'Australia/Lord_Howe', '2026-10-03T01:00:00Z', /does not come that day/],
    ['tomorrow 1:45', 'Australia/Lord_Howe', '2026-04-04T01:00:00Z', /comes twice that day/],
    ['tomorrow 2:00', 'Australia/Lord_Howe', '2026-04-04T01:00:00Z', '2026-04-04T15:30:00Z'],
    ['tomorrow 2:30', 'America/New_York', '2026-03-07T17:00:00Z', /does not come that day/],
    ['tomorrow 2:30', 'UTC', forward, '2026-03-29T02:30:00Z'],
  ])('is read where clocks are changed: %s in %s', (text, zone, now, expected) => {
    expect(read(text, { now, zone })).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  it.each([
    ...['', 'soon', 'tomorrow', 'today', 'yesterday', '2h', '2h ago', '24:00', '9', '9am', '9:60', '+2', '+2w', '-2h'],
    ...['2026-12-24', '2026-12-24T20:00:00', '2026-12-24 20:00', '2026-02-31T20:00:00Z', '2026-13-01T00:00Z'],
    ...['2026-12-24T25:00:00Z', 'tomorrow 9:00 or so', '1764000000'],
  ])('to come is not %j', (text) => {
    expect(parseTime(text, Date.parse(noon), 'ahead')).toHaveProperty('problem');
  });

  it.each(['', 'tomorrow', '+2h ago', '1 week', '2026-06-01'])('that was is not %j', (text) => {
    expect(parseTime(text, Date.parse(noon), 'back')).toHaveProperty('problem');
  });
});
