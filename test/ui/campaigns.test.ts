import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { emptyCounts } from '../../src/core/outcome/report.ts';
import { campaignLines } from '../../src/ui/campaigns.ts';
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
