import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { afterSend, isTooLong } from '../../src/core/outcome/after-send.ts';
import { emptyCounts, exitCodeOf, type RunEnd } from '../../src/core/outcome/report.ts';
import { maskHint, maskInternational, maskNumbers } from '../../src/core/recipient/mask.ts';

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

describe('exit codes', () => {
  const report = (counts: object) => ({
    ...{
      rows: 1,
      statuses: {},
      segments: 0,
      retried: 0,
      cost: { amount: null, currency: null },
      errors: [],
      issues: [],
    },
    counts: { ...emptyCounts(), ...counts },
  });
  const outcome = (end: RunEnd, more: object = {}) => ({ end, invalid: 0, accepted: 0, rejected: 0, ...more });

  it.each<[string, number, ReturnType<typeof outcome>, object]>([
    ['all accepted', 0, outcome({ kind: 'finished' }, { accepted: 1 }), { accepted: 1 }],
    ['nothing left to do', 0, outcome({ kind: 'finished' }), { accepted: 1, rejected: 1, invalid: 1 }],
    ['a rejected message', 3, outcome({ kind: 'finished' }, { rejected: 1 }), { rejected: 1 }],
    ['a wrong row', 3, outcome({ kind: 'finished' }, { invalid: 1 }), { invalid: 1 }],
    ['refused credentials', 4, outcome({ kind: 'credentials', code: 20003, reason: '' }), { pending: 1 }],
    ['nothing got through', 5, outcome({ kind: 'unreachable', reason: '' }), { pending: 1 }],
    ['some got through', 8, outcome({ kind: 'unreachable', reason: '' }, { accepted: 1 }), { pending: 1, accepted: 1 }],
    ['another run took over', 7, outcome({ kind: 'lost-lease' }), { pending: 1 }],
    [
      'an unknown outcome outweighs a rejected one',
      8,
      outcome({ kind: 'finished' }, { rejected: 1 }),
      { unknown: 1, rejected: 1 },
    ],
    ['a limit that left something', 8, outcome({ kind: 'limit' }, { accepted: 1 }), { pending: 1, accepted: 1 }],
    ['an interrupt', 130, outcome({ kind: 'interrupted' }, { accepted: 1 }), { pending: 1 }],
  ])('%s is %i', (_, code, run, counts) => {
    expect(exitCodeOf(run, report(counts))).toBe(code);
  });
});

describe('masking', () => {
  it.each([
    ['+14155552671', '+1415•••2671'],
    ["The 'To' number +14155552671 is bad", "The 'To' number +1415•••2671 is bad"],
    ['whatsapp:+447700900123', 'whatsapp:+4477•••0123'],
    ['(415) 555-2671', '(415•••2671'],
    ['(from +14155552671 (21606: no)', '(from +1415•••2671 (21606: no)'],
    ['since 2024-06-03, at 2026-11-23T10:00:00Z', 'since 2024-06-03, at 2026-11-23T10:00:00Z'],
    ['12345', '12345'],
    ['order 2026', 'order 2026'],
    [`SM${'1'.repeat(32)} to +14155552671x12`, `SM${'1'.repeat(32)} to +1415•••2671x12`],
  ])('turns %s into %s', (text, masked) => expect(maskNumbers(text)).toBe(masked));

  it('spares other digits in text of ours, and examples in a way out', () => {
    const text = '/tmp/run-20261123-1004/list.csv is of +4915112345680; write it as +14155550100';
    expect(maskInternational(text)).toBe(
      '/tmp/run-20261123-1004/list.csv is of +4915•••5680; write it as +1415•••0100',
    );
    expect(maskHint(text)).toBe('/tmp/run-20261123-1004/list.csv is of +4915•••5680; write it as +14155550100');
  });
});
