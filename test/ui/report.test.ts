import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/outcome/report.ts';
import { emptyCounts } from '../../src/core/outcome/report.ts';
import { paintFor } from '../../src/ui/paint.ts';
import { reportLines } from '../../src/ui/report.ts';

const paint = paintFor({ flag: 'never', env: {}, isTty: false });
const style = { paint, width: 80, showPii: false };

const report: Report = {
  rows: 1_000_000,
  counts: { ...emptyCounts(), accepted: 999_000, rejected: 700, invalid: 300 },
  statuses: { queued: 900_000, delivered: 99_000 },
  retried: 0,
  segments: 1_200_000,
  cost: { amount: null, currency: null },
  errors: [
    { code: 30_450, reason: 'x', count: 500 },
    { code: 29_999, reason: `something new about +14155552671 ${'and on '.repeat(20)}`, count: 200 },
  ],
  issues: [
    {
      line: 12,
      column: 'phone',
      value: '\u001b[31m415',
      problem: 'is not a phone number',
      hint: 'Write it as +14155550100.',
    },
  ],
};

describe('a report', () => {
  const text = reportLines('spring', report, style);

  it('fits 80 columns', () => {
    for (const line of text.join('\n').split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it('shows even a small share in its bar, with a sign of its own', () => {
    expect(text.join('\n')).toMatch(/█{50,}▓×/);
  });

  it('says what codes mean and what to do, links those it does not know, and masks numbers', () => {
    const whole = text.join('\n');
    expect(whole).toContain('30450');
    expect(whole).toContain('SMS pumping');
    expect(whole).toContain('https://www.twilio.com/docs/api/errors/29999');
    expect(whole).toContain('+1415•••2671');
    expect(whole).not.toContain('\u001b');
  });

  it('is empty but true for an empty campaign', () => {
    expect(
      reportLines(
        'none',
        { ...report, rows: 0, counts: emptyCounts(), errors: [], issues: [], statuses: {}, segments: 0 },
        style,
      ),
    ).toEqual(['none  0 rows', '', '', '  Segments     0']);
  });

  it('has colour when it is asked for', () => {
    const colored = reportLines('spring', report, {
      ...style,
      paint: paintFor({ flag: 'always', env: {}, isTty: false }),
    });
    expect(colored.join('\n')).toContain('\u001b[32m');
  });
});
