import type { Correspondents, Suppression } from './opt-outs.ts';

/** A ten-millionth of a currency unit: sums of prices in binary are off by less, and no price is that small. */
const tolerance = 1e-7;

/** What a campaign may cost, and what of it is gone or set aside, in its currency. */
export interface Budget {
  /** Absent: as much as it takes. */
  readonly maxCost?: number;
  readonly spent: number;
}

/** A message that is due, as far as it matters for whether it is claimed. */
export interface DueMessage extends Correspondents {
  readonly segments: number;
  readonly unitPrice: number | null;
}

/** What due messages are chosen by. */
export interface Choosing {
  /** How many messages each sender may have. */
  readonly grants: ReadonlyMap<string, number>;
  readonly budget: Budget;
  readonly isSuppressed: Suppression;
}

/** Which of the due messages are taken. */
export interface Selection<Row> {
  readonly claimed: readonly Row[];
  /** Their recipients have opted out: they are never sent. */
  readonly skipped: readonly Row[];
  readonly spent: number;
  /** True when one that was due could have cost more than there is. */
  readonly isOverBudget: boolean;
}

/** Takes due messages in their order, of each sender at most what it was granted, as long as the money lasts. */
export function select<Row extends DueMessage>(
  due: readonly Row[],
  { grants, budget, isSuppressed }: Choosing,
): Selection<Row> {
  const left = new Map(grants);
  const claimed: Row[] = [];
  const skipped: Row[] = [];
  let { spent } = budget;
  let isOverBudget = false;
  for (const row of due) {
    if (isSuppressed(row)) skipped.push(row);
    else if (!isOverBudget && (left.get(row.sender) ?? 0) > 0) {
      const cost = messageCost(row, row.segments);
      isOverBudget = budget.maxCost !== undefined && spent + cost > budget.maxCost + tolerance;
      if (isOverBudget) continue;
      spent += cost;
      left.set(row.sender, (left.get(row.sender) ?? 0) - 1);
      claimed.push(row);
    }
  }
  return { claimed, skipped, spent, isOverBudget };
}

/** What a message costs with so many segments; what has no price counts as nothing. */
export function messageCost({ unitPrice }: Pick<DueMessage, 'unitPrice'>, segments: number): number {
  return (unitPrice ?? 0) * segments;
}
