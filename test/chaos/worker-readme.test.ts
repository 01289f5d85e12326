import { expect, it } from 'vitest';
import { expectedEnds, runBlock, shellBlock } from '../readme.ts';

it('the README finishes a campaign with three workers of which one dies', { timeout: 150_000 }, async () => {
  const { ends, sent, stdout } = await runBlock(shellBlock('More than one machine'));
  expect(ends).toEqual(expectedEnds['More than one machine']);
  const count = (state: string) =>
    Number(new RegExp(`${state} +(\\d+)`).exec(stdout.slice(stdout.lastIndexOf('238 rows')))?.[1] ?? 0);
  // What the dead worker had claimed and not sent yet is unknown for good, unless somebody asks to send it again.
  expect([sent.length, count('accepted') + count('unknown')]).toEqual([count('accepted'), 231]);
  expect(new Set(sent).size).toBe(sent.length);
});
