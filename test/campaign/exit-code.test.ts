import { describe, expect, it } from 'vitest';
import { exitCodeOfRun } from '../../src/campaign/exit-code.ts';
import { emptyCounts, type RunEnd } from '../../src/core/outcome/report.ts';

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
    ['a recall', 3, outcome({ kind: 'recalled' }), { accepted: 1, canceled: 1 }],
    ['a recall of what is all gone', 0, outcome({ kind: 'recalled' }), { accepted: 1 }],
    ['an interrupt', 130, outcome({ kind: 'interrupted' }, { accepted: 1 }), { pending: 1 }],
  ])('%s is %i', (_, code, run, counts) => {
    expect(exitCodeOfRun(run, report(counts))).toBe(code);
  });
});
