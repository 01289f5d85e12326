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
  charged: { messages: 0, cost: { amount: null, currency: null } },
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

  const sent: Report = {
    ...{ rows: 1000, counts: { ...emptyCounts(), accepted: 990, rejected: 10 }, statuses: { sent: 990 }, retried: 0 },
    ...{ segments: 990, cost: { amount: 8.217, currency: 'USD' }, errors: [], issues: [] },
    charged: { messages: 0, cost: { amount: null, currency: null } },
  };
  const charged = (messages: number, amount: number) => ({ messages, cost: { amount, currency: 'USD' } });

  it.each<[string, Partial<Report>, string, string]>([
    ['nothing is known yet', {}, 'spring  1,000 rows', 'at most 8.22 USD'],
    [
      'some have arrived, and some have a price',
      {
        statuses: { sent: 40, delivered: 900, read: 20, undelivered: 30 },
        cost: { amount: 7.9, currency: 'USD' },
        charged: charged(920, 7.268),
      },
      'spring  1,000 rows, 920 of 990 delivered (92.9 %), 30 not delivered, 40 on their\n  way, 7.27 USD so far',
      '7.27 USD for 920 messages, at most 0.6320 USD for the other 70',
    ],
    [
      'all is over',
      { statuses: { delivered: 990 }, cost: { amount: 7.821, currency: 'USD' }, charged: charged(990, 7.821) },
      'spring  1,000 rows, 990 of 990 delivered (100.0 %), 7.82 USD',
      '7.82 USD',
    ],
  ])('begins with what was delivered and what it cost when %s', (_, more, first, cost) => {
    const lines = reportLines('spring', { ...sent, ...more }, style);
    expect(lines[0]).toBe(first);
    expect(lines).toContain(`  Cost         ${cost}`);
  });

  it('has colour when it is asked for', () => {
    const colored = reportLines('spring', report, {
      ...style,
      paint: paintFor({ flag: 'always', env: {}, isTty: false }),
    });
    expect(colored.join('\n')).toContain('\u001b[32m');
  });
});
