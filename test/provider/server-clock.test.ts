import { describe, expect, it } from 'vitest';
import { serverClock } from '../../src/provider/twilio/server-clock.ts';

const start = Date.parse('2026-11-23T10:00:00.300Z');

/** A machine whose wall clock is off by `wallOff`, and a server whose clock is right unless `off` says otherwise. */
function world() {
  const time = { passed: 0, wallOff: 0, off: 0 };
  const monotonic = () => time.passed;
  const clock = serverClock({ wall: () => start + time.passed + time.wallOff, monotonic });
  const answer = (tookMs = 50, headers: Readonly<Record<string, string>> = {}, writtenAfterMs = tookMs / 2) => {
    const sentAt = time.passed;
    const date = new Date(start + time.passed + writtenAfterMs + time.off).toUTCString();
    time.passed += tookMs;
    clock.learn({ date, ...headers }, sentAt);
  };
  const error = () => Math.abs((clock.aheadMs() ?? Number.NaN) - (time.off - time.wallOff));
  return { time, clock, answer, error };
}

describe('the clock of a server', () => {
  it.each([0, 5000, 15_000, -120_000, 3_600_000])('is known when ours is %i ms off', (wallOff) => {
    const { time, answer, error } = world();
    time.wallOff = wallOff;
    answer();
    expect(error()).toBeLessThan(1000);
  });

  it('is known better with each answer', () => {
    const { time, answer, error } = world();
    for (let i = 0; i < 30; i++) {
      answer();
      time.passed += 130;
    }
    expect(error()).toBeLessThan(100);
  });

  it.each([0, 5000])(
    'is not thrown off by a slow answer that was written %i ms after the request',
    (writtenAfterMs) => {
      const { answer, error } = world();
      answer();
      answer(5000, {}, writtenAfterMs);
      expect(error()).toBeLessThan(1000);
    },
  );

  it('is not known from a slow answer alone', () => {
    const { clock, answer } = world();
    answer(5000);
    expect(clock.aheadMs()).toBeUndefined();
  });

  it.each([-120_000, 15_000, 3_600_000])(
    'is not known from when ours was set by %i ms until the next answer',
    (step) => {
      const { time, clock, answer, error } = world();
      answer();
      time.wallOff += step;
      expect(clock.aheadMs()).toBeUndefined();
      answer();
      expect(error()).toBeLessThan(1000);
    },
  );

  it('has ours steady from the start, until it jumps', () => {
    const { time, clock, answer } = world();
    answer();
    time.passed += 1000;
    expect(clock.steadySince()).toBe(start);
    time.wallOff = -3_600_000;
    expect(clock.steadySince()).toBe(start + time.passed + time.wallOff);
    answer();
    expect(clock.steadySince()).toBeLessThan(start);
  });

  it('is not known from a jump on, though an answer without a date comes', () => {
    const { time, clock, answer } = world();
    answer();
    time.wallOff = 60_000;
    answer(50, { date: '' });
    expect(clock.aheadMs()).toBeUndefined();
  });

  it('is learnt anew when it was set itself', () => {
    const { time, answer, error } = world();
    answer();
    time.off = 60_000;
    answer();
    expect(error()).toBeLessThan(1000);
  });

  it.each([
    ['out of a cache', { age: '7' }],
    ['with nonsense for an age', { age: 'old' }],
    ['years off', { date: 'Mon, 23 Nov 2020 10:00:00 GMT' }],
    ['without a date', { date: '' }],
  ])('is not learnt from an answer %s', (_, headers) => {
    const { clock, answer, error } = world();
    answer(50, headers);
    expect(clock.aheadMs()).toBeUndefined();
    answer();
    answer(50, headers);
    expect(error()).toBeLessThan(1000);
  });
});
