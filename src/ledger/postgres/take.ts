import { type MessageRow, toMessage } from '../rows.ts';
import { type Budget, select } from '../rules/claim.ts';
import { optedOut, type Suppression, suppression, toEntry } from '../rules/opt-outs.ts';
import type { Claim } from '../runs.ts';
import type { Connection } from './driver.ts';
import { type ListedRow, listedOf } from './opt-outs.ts';
import { messageColumns } from './rows.ts';
import { sql } from './sql.ts';

interface DueRow extends MessageRow {
  readonly due_at: number;
  /** What the suppression list says of the recipient, as JSON. */
  readonly listed: string | null;
}

/** Who takes messages, and when by the ledger's clock. */
export interface Taking {
  readonly campaignId: string;
  readonly owner: string;
  readonly at: number;
  readonly clockAheadMs: number | null;
}

/** How many messages each sender may have, and what they may cost. */
export interface Allowance {
  readonly grants: ReadonlyMap<string, number>;
  readonly budget: Budget;
}

/** What was taken. */
export interface Taken {
  readonly claims: readonly Claim[];
  readonly spent: number;
  readonly isOverBudget: boolean;
}

/** Claims due messages in sets, and skips who has opted out; for use inside a transaction. */
export async function takeMessages(
  connection: Connection,
  taking: Taking,
  { grants, budget }: Allowance,
): Promise<Taken> {
  const claims: Claim[] = [];
  let left = grants;
  let { spent } = budget;
  for (;;) {
    left = new Map([...left].filter(([, count]) => count > 0));
    if (left.size === 0) return { claims, spent, isOverBudget: false };
    const rows = await dueRows(connection, taking, left);
    const choosing = { grants: left, budget: { ...budget, spent }, isSuppressed: suppressionIn(rows) };
    const chosen = select(rows.map(toDue), choosing);
    await Promise.all([skip(connection, taking.campaignId, chosen.skipped), claim(connection, taking, chosen.claimed)]);
    claims.push(...chosen.claimed.map(toClaim));
    left = new Map([...left].map(([sender, count]) => [sender, count - countOf(chosen.claimed, sender)]));
    spent = chosen.spent;
    // Who has opted out took a place that the next one may have.
    if (chosen.isOverBudget || chosen.skipped.length === 0) return { claims, spent, isOverBudget: chosen.isOverBudget };
  }
}

/** What others are taking right now is passed over. All columns come from the locked row: an older one may be of an earlier attempt. */
async function dueRows(
  connection: Connection,
  { campaignId, at }: Taking,
  left: ReadonlyMap<string, number>,
): Promise<readonly DueRow[]> {
  const rows = await connection.all<DueRow>(sql`
    select due.*, ${listedOf('due')} as listed
    from unnest(${[...left.keys()]}::text[], ${[...left.values()]}::int[]) s (name, wanted) cross join lateral (
      select ${messageColumns}, due_at from messages
      where campaign_id = ${campaignId} and sender = s.name and state = 'pending' and due_at <= ${at}
      order by due_at, seq limit s.wanted for no key update skip locked) due`);
  return rows.sort((a, b) => a.due_at - b.due_at || a.seq - b.seq);
}

async function skip(connection: Connection, campaignId: string, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  await connection.run(sql`update messages set state = 'skipped', reason = ${optedOut}
    where campaign_id = ${campaignId} and seq = any(${rows.map(({ seq }) => seq)}::bigint[])`);
}

async function claim(
  connection: Connection,
  { campaignId, owner, at, clockAheadMs }: Taking,
  rows: readonly MessageRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await connection.run(sql`update messages set state = 'claimed', attempts = attempts + 1, owner = ${owner},
      claimed_at = ${at}, clock_ahead_ms = ${clockAheadMs}::float8
    where campaign_id = ${campaignId} and seq = any(${rows.map(({ seq }) => seq)}::bigint[])`);
}

const toDue = (row: DueRow) => ({ ...row, unitPrice: row.unit_price });

const suppressionIn = (rows: readonly DueRow[]): Suppression =>
  suppression(rows.flatMap(({ listed }) => (listed === null ? [] : (JSON.parse(listed) as ListedRow[]).map(toEntry))));

const toClaim = (row: DueRow): Claim => {
  const attempts = row.attempts + 1;
  return { ...toMessage(row), state: 'claimed', attempts, attempt: attempts };
};

const countOf = (rows: readonly MessageRow[], sender: string): number =>
  rows.filter((row) => row.sender === sender).length;
