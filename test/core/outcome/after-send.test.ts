import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../../src/core/message.ts';
import { afterSend, isTooLong } from '../../../src/core/outcome/after-send.ts';

const policy = { baseDelayMs: 1000, maxDelayMs: 60_000 };

describe('after an attempt', () => {
  const rejected = (code: number): SendResult => ({ kind: 'rejected', code, reason: 'no' });

  it.each<[string, SendResult, object, object]>([
    [
      'an accepted message keeps its SID',
      { kind: 'accepted', sid: 'SM1', status: 'queued', segments: 2 },
      { state: 'accepted', sid: 'SM1', status: 'queued', segments: 2 },
      { kind: 'none' },
    ],
    [
      'what may have been sent is never pending',
      { kind: 'unknown', reason: 'ETIMEDOUT' },
      { state: 'unknown', reason: 'ETIMEDOUT' },
      { kind: 'none' },
    ],
    [
      'a refused number is rejected',
      rejected(21614),
      { state: 'rejected', code: 21614, reason: 'no' },
      { kind: 'none' },
    ],
    [
      'an unknown code is rejected',
      rejected(29999),
      { state: 'rejected', code: 29999, reason: 'no' },
      { kind: 'none' },
    ],
    [
      'a bad sender stops that sender',
      rejected(21606),
      { state: 'rejected', code: 21606, reason: 'no' },
      { kind: 'stop-sender', code: 21606, reason: 'no' },
    ],
    [
      'a full queue pauses that sender and rejects nothing',
      rejected(21611),
      { state: 'pending', code: 21611, reason: 'no', pauseSenderMs: 60_000 },
      { kind: 'pause-sender', pauseMs: 60_000 },
    ],
    [
      'a refused account stops the run and rejects nothing',
      { kind: 'stop', code: 20003, reason: 'no' },
      { state: 'pending', code: 20003, reason: 'no' },
      { kind: 'stop-run', code: 20003, reason: 'no' },
    ],
    [
      'Twilio says how long to wait',
      { kind: 'retry', cause: 'busy', reason: '429', afterMs: 7000 },
      { state: 'pending', reason: '429' },
      { kind: 'busy', pauseMs: 7125 },
    ],
    [
      'out of reach waits a little',
      { kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' },
      { state: 'pending', reason: 'ECONNREFUSED' },
      { kind: 'unreachable', pauseMs: 1000 },
    ],
  ])('%s', (_, result, change, effect) => {
    expect(afterSend(1, result, policy, 0.5)).toEqual({ change, effect });
  });

  it.each([
    [1, 0, 500],
    [1, 0.999, 1499],
    [2, 0.5, 2000],
    [3, 0.5, 4000],
    [30, 0.5, 60_000],
    [2000, 0.5, 60_000],
  ])('waits longer at try %i with chance %d: %i ms', (tries, random, pauseMs) => {
    const { effect } = afterSend(tries, { kind: 'retry', cause: 'unreachable', reason: 'x' }, policy, random);
    expect(effect).toEqual({ kind: 'unreachable', pauseMs });
  });

  it.each<[string, number, number | undefined, number, number]>([
    ['nothing', 1, undefined, 0.5, 1000],
    ['a second, the first time', 1, 1000, 0, 1000],
    ['a second, with some chance', 1, 1000, 0.8, 1300],
    ['a second, the fifth time', 5, 1000, 0.5, 16_000],
    ['a day', 1, 86_400_000, 0, 86_400_000],
    ['none', 1, 0, 0, 500],
    ['less than none', 1, -5000, 0, 500],
    ['for ever', 1, Number.POSITIVE_INFINITY, 0, 500],
    ['nonsense', 1, Number.NaN, 0, 500],
  ])('waits when asked for %s, try %i', (_, tries, afterMs, random, pauseMs) => {
    const result = { kind: 'retry', cause: 'busy', reason: 'x', ...(afterMs !== undefined && { afterMs }) } as const;
    expect(afterSend(tries, result, policy, random).effect).toEqual({ kind: 'busy', pauseMs });
  });

  it('never waits less than a quarter of a second, whatever the policy', () => {
    const result = { kind: 'retry', cause: 'busy', reason: 'x', afterMs: 1 } as const;
    expect(afterSend(1, result, { baseDelayMs: 1, maxDelayMs: 1 }, 0).effect).toEqual({ kind: 'busy', pauseMs: 250 });
  });

  it.each([
    [1000, 0, 1000, false],
    [1001, 0, 1000, true],
    [600, 401, 1000, true],
  ])(
    'a pause of %i ms after %i ms of failing, of %i: too long is %s',
    (pauseMs, failingForMs, retryForMs, expected) => {
      expect(isTooLong(pauseMs, failingForMs, retryForMs)).toBe(expected);
    },
  );
});
