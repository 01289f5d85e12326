import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concurrencyLimit } from '../../src/engine/concurrency.ts';
import { reserve, type SenderPace } from '../../src/ledger/rules/pace.ts';

/** Takes as fast as it may for a while, waking late by what `delays` say; returns when each message went. */
function run(perSecond: number, delays: readonly number[], wanted: number): number[] {
  const clock = { now: 1_000_000 };
  let pace: SenderPace = {};
  const times: number[] = [];
  for (const delay of delays) {
    const grant = reserve(pace, { wanted, perSecond, at: clock.now, longestPauseMs: 60_000 });
    pace = grant.pace;
    const { granted, waitMs } = grant;
    for (let i = 0; i < granted; i++) times.push(clock.now);
    clock.now += (granted === 0 ? waitMs : 0) + delay;
  }
  return times;
}

const busiestSecond = (times: readonly number[]): number =>
  Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + 1000).length));

describe('the pace', () => {
  it('never passes 1.1 times the rate in any second, however late it wakes', () => {
    const delays = fc.array(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3000 })),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), delays, fc.integer({ min: 1, max: 64 }), (rate, late, wanted) => {
        expect(busiestSecond(run(rate, late, wanted))).toBeLessThanOrEqual(Math.max(1, rate * 1.1));
      }),
    );
  });

  it('keeps the rate it was given', () => {
    const times = run(50, Array(2000).fill(0), 4);
    const perSecond = times.length / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    expect(perSecond).toBeGreaterThan(49);
    expect(perSecond).toBeLessThan(51);
  });

  it('lets everything go without a rate', () => {
    expect(reserve({}, { wanted: 64, perSecond: undefined, at: 0, longestPauseMs: 1 })).toEqual({
      ...{ granted: 64, waitMs: 0, pace: {} },
    });
  });
});

describe('the number of requests at once', () => {
  it('halves when Twilio is busy, never below one, and recovers from a storm', () => {
    const limit = concurrencyLimit(16);
    const seen = [limit.current()];
    for (let i = 0; i < 6; i++) {
      limit.onBusy();
      seen.push(limit.current());
    }
    expect(seen).toEqual([16, 8, 4, 2, 1, 1, 1]);
    for (let i = 0; i < 200; i++) limit.onSuccess();
    expect(limit.current()).toBe(15);
    for (let i = 0; i < 4000; i++) limit.onSuccess();
    expect(limit.current()).toBe(16);
  });

  it('settles below what Twilio takes, and seldom asks for more', () => {
    const limit = concurrencyLimit(64);
    let busy = 0;
    for (let sent = 0; sent < 20_000; sent++) {
      if (limit.current() > 10) {
        busy++;
        limit.onBusy();
      } else limit.onSuccess();
    }
    expect(busy).toBeLessThan(25);
    expect(limit.current()).toBeGreaterThanOrEqual(5);
  });
});
