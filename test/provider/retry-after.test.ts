import { describe, expect, it } from 'vitest';
import { readHttpDate, readRetryAfter } from '../../src/provider/twilio/retry-after.ts';

const date = 'Mon, 23 Nov 2026 10:00:00 GMT';

describe('an HTTP date', () => {
  it.each<[unknown, string | undefined]>([
    [date, '2026-11-23T10:00:00.000Z'],
    ['Mon, 23 Nov 2026 10:00:00 +0000', undefined],
    ['Mon, 99 Nov 2026 10:00:00 GMT', undefined],
    [`${date}, ${date}`, undefined],
    ['2026', undefined],
    ['-1', undefined],
    ['', undefined],
    [undefined, undefined],
    [[date], undefined],
  ])('%j is %s', (text, time) => expect(readHttpDate(text)).toBe(time === undefined ? undefined : Date.parse(time)));
});

describe('Retry-After', () => {
  it.each<[string, number | undefined]>([
    ['1', 1000],
    ['120', 120_000],
    ['86400', 86_400_000],
    ['Mon, 23 Nov 2026 10:00:09 GMT', 9000],
    ['0', undefined],
    ['00', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['+1', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    [' 1', undefined],
    ['', undefined],
    ['soon', undefined],
    ['2027', 2_027_000],
    ['2678401', undefined],
    ['9'.repeat(16), undefined],
    ['9'.repeat(20), undefined],
    ['9'.repeat(400), undefined],
    ['Mon, 23 Nov 2026 10:00:00 GMT', undefined],
    ['Mon, 23 Nov 2026 09:59:59 GMT', undefined],
    ['Fri, 23 Nov 9999 10:00:00 GMT', undefined],
    ['November 23, 2026 10:00:09', undefined],
  ])('of %s is %s ms', (text, afterMs) => expect(readRetryAfter(text, date)).toBe(afterMs));

  it.each([undefined, 'yesterday', [date]])('as a date is nothing in an answer dated %j', (answeredAt) => {
    expect(readRetryAfter('Mon, 23 Nov 2026 10:00:09 GMT', answeredAt)).toBeUndefined();
  });

  it.each([undefined, ['1'], 1])('is nothing as %j', (text) => expect(readRetryAfter(text, date)).toBeUndefined());
});
