import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { emptyCounts, type Report } from '../../src/core/outcome/report.ts';
import { paintFor } from '../../src/ui/paint.ts';
import { watchLine, watchScreen } from '../../src/ui/watch.ts';

const plain = { paint: paintFor({ flag: 'never', env: {}, isTty: false }), width: 80, showPii: false };
const none = { amount: null, currency: null };

const report: Report = {
  ...{ rows: 1000, counts: { ...emptyCounts(), accepted: 600, rejected: 12, unknown: 1, pending: 384, invalid: 3 } },
  ...{ statuses: { delivered: 540, undelivered: 8, sent: 52 }, retried: 0, segments: 600, cost: none, issues: [] },
  charged: { messages: 0, cost: none },
  errors: [
    { code: 30003, reason: '', count: 8 },
    { code: null, reason: 'told of +14155552671 \u001b[31m', count: 4 },
  ],
};
const view = {
  ...{ report, arrivals: { delivered: 540, failed: 8, onTheWay: 52 }, done: 613, left: 384 },
  ...{ perSecond: 48.2, toGoMs: 8000, stillMs: 0 },
};

describe('the screen', () => {
  it('tells rate, states, arrivals, reasons and the time to go', () => {
    expect(watchScreen('spring', view, plain)).toEqual([
      'spring  1,000 rows, 3 wrong',
      '  ██████████████████░░░░░░░░░░░░  613/997  61 %  48/s  8 s to go',
      '  accepted 600  rejected 12  unknown 1  left 384',
      '  delivered 540 (90.0 %)  not delivered 8  on their way 52',
      '  8 × 30003 the phone is off or out of reach',
      '  4 × told of +1415•••2671 [31m',
    ]);
  });

  it.each([80, 60, 30])('fits %i columns, in colour too', (width) => {
    const paint = paintFor({ flag: 'always', env: {}, isTty: true });
    const still = { ...view, stillMs: 200_000 };
    const lines = watchScreen(`a long name ${'and on '.repeat(20)}`, still, { ...plain, paint, width });
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(width);
    expect(lines).toHaveLength(7);
    expect(lines.join('')).toContain('\u001b[32m');
  });

  it('says what to do when nothing happens', () => {
    const last = (stillMs: number) => watchScreen('it’s', { ...view, stillMs }, plain).at(-1);
    expect(last(59_000)).toContain('told of');
    expect(last(90_000)).toBe("  nothing for 1 min 30 s; where no run is at it: volley resume 'it’s'");
  });
});

it('the line tells the same', () => {
  expect(watchLine(view, plain)).toBe(
    '613 of 997 done, 48/s, 8 s to go; 600 accepted, 12 rejected, 1 unknown, 384 left; 540 delivered, 8 not, 52 on their way; ' +
      '8 × 30003 the phone is off or out of reach, 4 × told of +1415•••2671 [31m',
  );
});
