import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/outcome/report.ts';
import { emptyCounts } from '../../src/core/outcome/report.ts';
import { clean } from '../../src/core/text/clean.ts';
import { campaignLines } from '../../src/ui/campaigns.ts';
import { safeCell } from '../../src/ui/export.ts';
import { truncate, wrap } from '../../src/ui/lines.ts';
import { paintFor, wantsColor } from '../../src/ui/paint.ts';
import { progressLine, progressLog } from '../../src/ui/progress.ts';
import { reportLines } from '../../src/ui/report.ts';

const paint = paintFor({ flag: 'never', env: {}, isTty: false });
const look = { paint, width: 80, showPii: false };

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
  const text = reportLines('spring', report, look);

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
        look,
      ),
    ).toEqual(['none  0 rows', '', '', '  Segments     0']);
  });

  it('has colour when it is asked for', () => {
    const colored = reportLines('spring', report, {
      ...look,
      paint: paintFor({ flag: 'always', env: {}, isTty: false }),
    });
    expect(colored.join('\n')).toContain('\u001b[32m');
  });
});

it.each([
  ['escape sequences', 'a\u001b[2Jb', 'a[2Jb'],
  ['C1 controls', 'a\u009b2Jb', 'a2Jb'],
  ['bidirectional controls', 'a\u202eb\u2066c', 'abc'],
  ['zero-width characters', 'a\u200b\u200d\ufeffb', 'ab'],
  ['line breaks', 'a\r\nb\nc', 'a⏎b⏎c'],
  ['nothing it need not', 'Zoë 字 😀 +1', 'Zoë 字 😀 +1'],
])('cleaning takes out %s', (_, text, cleaned) => expect(clean(text)).toBe(cleaned));

it.each([
  ['=1+1', "'=1+1"],
  ['+SUM(A1)', "'+SUM(A1)"],
  ['-1', "'-1"],
  ['@x', "'@x"],
  ['\tx', "'\tx"],
  ['+14155550100', '+14155550100'],
  ['Hi', 'Hi'],
])('an exported cell %j becomes %j', (text, cell) => expect(safeCell(text)).toBe(cell));

it.each<[string, Parameters<typeof wantsColor>[0], boolean]>([
  ['a terminal', { flag: 'auto', env: {}, isTty: true }, true],
  ['a pipe', { flag: 'auto', env: {}, isTty: false }, false],
  ['NO_COLOR', { flag: 'auto', env: { NO_COLOR: '1' }, isTty: true }, false],
  ['FORCE_COLOR', { flag: 'auto', env: { FORCE_COLOR: '1' }, isTty: false }, true],
  ['FORCE_COLOR=0', { flag: 'auto', env: { FORCE_COLOR: '0' }, isTty: true }, false],
  ['a dumb terminal', { flag: 'auto', env: { TERM: 'dumb' }, isTty: true }, false],
  ['--color always', { flag: 'always', env: { NO_COLOR: '1' }, isTty: false }, true],
  ['--color never', { flag: 'never', env: { FORCE_COLOR: '1' }, isTty: true }, false],
])('colour for %s', (_, choice, wanted) => expect(wantsColor(choice)).toBe(wanted));

it('cuts and wraps by width in cells, never through a character', () => {
  expect(truncate('字字字字', 5)).toBe('字字…');
  expect(truncate('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 5)).toBe('👨‍👩‍👧👨‍👩‍👧…');
  expect(wrap('one two three four', 12, 2)).toBe('one two\n  three four');
});

it('lists campaigns in a table within the width', () => {
  const lines = campaignLines(
    [{ name: `a very long name ${'x'.repeat(80)}`, createdAt: 0, counts: { ...emptyCounts(), accepted: 5 } }],
    look,
  );
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  expect(lines[1]).toContain('5 accepted');
});

it('says how far a run is, within any width', () => {
  const progress = { total: 1000, accepted: 240, rejected: 10, unknown: 0, elapsedMs: 5000 };
  expect(progressLine(progress, paint, 80)).toBe(
    '  ██░░░░░░  250/1,000  50/s  accepted 240  rejected 10  left 750  15 s to go',
  );
  expect(progressLine(progress, paint, 60)).toBe('  ██░░░░░░  250/1,000  50/s  rejected 10  15 s to go');
  expect(progressLine(progress, paint, 12)).toBe('  250/1,000');
  const waiting = { ...progress, waiting: 'Twilio is busy: waiting' };
  expect(progressLine(waiting, paint, 80)).toBe(
    '  ██░░░░░░  250/1,000  50/s  Twilio is busy: waiting  rejected 10  15 s to go',
  );
  expect(progressLog(waiting)).toMatch(/750 left, Twilio is busy: waiting$/);
  expect(progressLog(progress)).toBe('5 s: 250 of 1,000 done, 240 accepted, 10 rejected, 0 unknown, 750 left');
});
