import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { emptyCounts } from '../../src/core/outcome/report.ts';
import { campaignLines, runningLines } from '../../src/ui/campaigns.ts';
import { paintFor } from '../../src/ui/paint.ts';

const paint = paintFor({ flag: 'never', env: {}, isTty: false });
const style = { paint, width: 80, showPii: false };

it('lists campaigns in a table within the width', () => {
  const lines = campaignLines(
    [{ name: `a very long name ${'x'.repeat(80)}`, createdAt: 0, counts: { ...emptyCounts(), accepted: 5 } }],
    style,
  );
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).toContain('5 accepted');
});

it.each([60, 80])('lists what is being sent within %i cells, and leaves no line empty', (width) => {
  const campaign = { name: 'a-campaign-with-a-long-name', createdAt: 0, counts: { ...emptyCounts(), rejected: 2 } };
  const running = { campaign, done: 54, left: 180, perSecond: 0.9, toGoMs: 190_000 };
  const lines = runningLines([running, { ...running, campaign: { ...campaign, counts: emptyCounts() } }], {
    ...style,
    width,
  }).flatMap((line) => line.split('\n'));
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  expect(lines.filter((line) => line.trim() === '')).toEqual([]);
  expect(lines.join('\n')).toContain('2 rejected');
});
