import { expect, it } from 'vitest';
import { paintFor } from '../../src/ui/paint.ts';
import { progressLine, progressLog } from '../../src/ui/progress.ts';

const paint = paintFor({ flag: 'never', env: {}, isTty: false });

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
