import { describe, expect, it } from 'vitest';
import { type Choosing, select } from '../../../src/ledger/rules/claim.ts';

const due = (sender: string, n: number, unitPrice: number | null = null) => ({
  ...{ n, sender, recipient: `+1415555010${n}`, segments: 2, unitPrice },
});
const choosing = (more: Partial<Choosing> = {}): Choosing => ({
  ...{ grants: new Map([['A', 2]]), budget: { spent: 0 }, isSuppressed: () => false },
  ...more,
});

describe('due messages', () => {
  it.each<
    [string, readonly ReturnType<typeof due>[], Partial<Choosing>, readonly number[], readonly number[], boolean]
  >([
    [
      'are claimed in their order, as many as were granted',
      [due('A', 1), due('A', 2), due('A', 3)],
      {},
      [1, 2],
      [],
      false,
    ],
    ['are left of a sender that was granted nothing', [due('B', 1), due('A', 2)], {}, [2], [], false],
    [
      'are skipped where the recipient has opted out, and use up nothing',
      [due('A', 1), due('A', 2), due('A', 3)],
      { isSuppressed: ({ recipient }) => recipient.endsWith('1') },
      [2, 3],
      [1],
      false,
    ],
    [
      'are claimed as long as the money lasts',
      [due('A', 1, 0.1), due('A', 2, 0.1)],
      { budget: { spent: 0.7, maxCost: 1 } },
      [1],
      [],
      true,
    ],
    [
      'may use all of it, whatever sums of prices come to in binary',
      [due('A', 1, 0.1), due('A', 2, 0.05)],
      { budget: { spent: 0.1, maxCost: 0.4 } },
      [1, 2],
      [],
      false,
    ],
    ['cost nothing where no price is known', [due('A', 1)], { budget: { spent: 1, maxCost: 1 } }, [1], [], false],
  ])('%s', (_, rows, more, claimed, skipped, isOverBudget) => {
    const selection = select(rows, choosing(more));
    expect(selection.claimed.map(({ n }) => n)).toEqual(claimed);
    expect(selection.skipped.map(({ n }) => n)).toEqual(skipped);
    expect(selection.isOverBudget).toBe(isOverBudget);
  });

  it('set aside what they cost', () => {
    expect(select([due('A', 1, 0.1), due('A', 2, 0.2)], choosing()).spent).toBeCloseTo(0.6);
  });
});
