import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { afterSend } from '../../src/core/outcome/after-send.ts';
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
      { state: 'pending', code: 21611, reason: 'no', delayMs: 60_000 },
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
      { state: 'pending', reason: '429', delayMs: 7000 },
      { kind: 'busy', pauseMs: 7000 },
    ],
    [
      'out of reach waits a little',
      { kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' },
      { state: 'pending', reason: 'ECONNREFUSED', delayMs: 1000 },
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
  ])('waits longer at try %i with chance %d: %i ms', (tries, random, delayMs) => {
    const { change } = afterSend(tries, { kind: 'retry', cause: 'unreachable', reason: 'x' }, policy, random);
    expect(change.delayMs).toBe(delayMs);
  });
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
