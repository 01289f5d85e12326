import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { testContext } from '../context.ts';

describe('explain', () => {
  it.each([
    ['30007', 0, /filtered by the carrier[\s\S]*errors\/30007/],
    ['21610', 0, /opted out[\s\S]*does not text this recipient/],
    ['99999', 2, /does not know this code[\s\S]*errors\/99999/],
    ['Ada', 2, /is not an error code/],
  ])('%s', async (code, exitCode, said) => {
    const { context, stdout, stderr } = testContext();
    expect(await main(['explain', code], context)).toBe(exitCode);
    expect([...stdout, ...stderr].join('\n')).toMatch(said);
  });
});
