import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../src/queue/cron.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('times of a cron expression', () => {
  it.each([
    ['0 9 * * 1-5', 'Europe/Berlin', '2026-11-27T09:00:00Z', ['2026-11-30T08:00:00.000Z', '2026-12-01T08:00:00.000Z']],
    // Summer time begins on 28 March 2027 at 2:00, which is then 3:00.
    ['30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00:00Z', ['2027-03-28T01:30:00.000Z', '2027-03-29T00:30:00.000Z']],
    // It ends on 31 October 2027: 2:30 comes twice, and is run once.
    ['30 2 * * *', 'Europe/Berlin', '2027-10-30T12:00:00Z', ['2027-10-31T00:30:00.000Z', '2027-11-01T01:30:00.000Z']],
    ['0 9 * * *', 'America/New_York', '2027-03-13T20:00:00Z', ['2027-03-14T13:00:00.000Z', '2027-03-15T13:00:00.000Z']],
    ['*/20 * * * *', 'UTC', '2026-11-25T10:05:00Z', ['2026-11-25T10:20:00.000Z', '2026-11-25T10:40:00.000Z']],
  ])('%s in %s after %s', async (cron, zone, after, next) => {
    expect((await cronTimes(cron, zone)).next(Date.parse(after), 2).map(iso)).toEqual(next);
  });

  it.each([
    ['2026-11-25T09:00:00Z', '2026-11-25T09:00:00.000Z'],
    ['2026-11-25T08:59:59.999Z', '2026-11-24T09:00:00.000Z'],
    ['2026-11-25T09:00:00.001Z', '2026-11-25T09:00:00.000Z'],
  ])('knows the latest at %s', async (at, latest) => {
    expect(iso((await cronTimes('0 9 * * *', 'UTC')).latest(Date.parse(at)))).toBe(latest);
  });

  it.each([
    ['0 9 * *', 'UTC', /must have five fields/],
    ['0 9 * * * *', 'UTC', /must have five fields/],
    ['61 9 * * *', 'UTC', /--cron "61 9 \* \* \*" is wrong/],
    ['0 9 * * *', 'Europe/Atlantis', /no time zone Europe\/Atlantis/],
  ])('refuses %s in %s', async (cron, zone, words) => {
    await expect(cronTimes(cron, zone)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(words) });
  });
});
