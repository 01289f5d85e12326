import type { Ledger } from '../ledger.ts';
import { type MessageRow, messageColumns, toMessage } from '../rows.ts';
import { type Budget, select } from '../rules/claim.ts';
import { atRate, type ControlRow, pausedClaim } from '../rules/control.ts';
import { type Grants, grantsOf, pacesAfter } from '../rules/grants.ts';
import { optedOut } from '../rules/opt-outs.ts';
import { type NextDue, senderState } from '../rules/sender-state.ts';
import type { Claim, Claimed, ClaimRequest, Lease, SenderState } from '../runs.ts';
import { pendingSenders } from '../statements.ts';
import type { Database } from './driver.ts';
import { suppressionReader } from './opt-outs.ts';
import { paces } from './paces.ts';
import { resultWriter } from './results.ts';

type Claims = Pick<Ledger, 'senders' | 'queues' | 'claim' | 'record'>;

interface RunRow extends ControlRow {
  readonly recalled_at: number | null;
  readonly max_cost: number | null;
  readonly spent: number;
}

interface DueRow extends MessageRow {
  readonly due_at: number;
}

/** Taking messages to send, and writing what became of them. `now` is the ledger's clock, in milliseconds since 1970. */
export function claims(database: Database, now: () => number): Claims {
  const senders = database.prepare<{ sender: string }>(pendingSenders);
  const queues = database.prepare<{ sender: string; pending: number; dueAt: number }>(
    `select sender, count(*) as pending, min(due_at) as dueAt from messages
     where campaign_id = :campaignId and state = 'pending' group by sender order by min(seq)`,
  );
  const run = database.prepare<RunRow>(`select c.recalled_at, c.max_cost, c.spent, c.paused_at, c.rate from campaigns c
    join leases l on l.campaign_id = c.id where c.id = :campaignId and l.owner = :owner`);
  const spend = database.prepare('update campaigns set spent = :spent where id = :campaignId');
  const take = messageTaker(database);
  const statesOf = senderStates(database);
  const pace = paces(database);
  const write = resultWriter(database, now);

  const claimIn = (lease: Lease, request: ClaimRequest): Claimed => {
    const { results, clockAheadMs } = request;
    if (results.length > 0) write(lease, results);
    const { campaignId, owner } = lease;
    const at = now();
    const known = run.get({ campaignId, owner });
    if (!known) return { claims: [], senders: [], end: 'lost-lease' };
    if (known.recalled_at !== null) return { claims: [], senders: [], end: 'recalled' };
    if (known.paused_at !== null) return pausedClaim(request.wants);
    const { wants, perSecond } = atRate(request, known);
    const before = pace.read(wants.map(({ sender }) => sender));
    const grants = grantsOf(wants, (sender) => before.get(sender) ?? {}, perSecond, at);
    const budget = { spent: known.spent, ...(known.max_cost !== null && { maxCost: known.max_cost }) };
    const taken = take({ campaignId, owner, at, clockAheadMs: clockAheadMs ?? null }, grants, budget);
    if (budget.maxCost !== undefined) spend.run({ campaignId, spent: taken.spent });
    const waits = keepPaces(grants, taken.claims, pace.write, before);
    return {
      claims: taken.claims,
      senders: statesOf(campaignId, waits, at),
      ...(taken.isOverBudget && { end: 'budget' }),
    };
  };
  return {
    senders: async (campaignId) => senders.all({ campaignId }).map(({ sender }) => sender),
    queues: async (campaignId) => queues.all({ campaignId }),
    claim: async (lease, request) => database.transaction(() => claimIn(lease, request)),
    record: async (lease, results) => database.transaction(() => write(lease, results)),
  };
}

/** Writes down how fast each sender may go on; returns how long each has to wait, in milliseconds. */
function keepPaces(
  grants: Grants,
  claimed: readonly Claim[],
  write: ReturnType<typeof paces>['write'],
  before: ReadonlyMap<string, object>,
): ReadonlyMap<string, number> {
  const kept = pacesAfter(grants, claimed);
  write(kept.filter(([sender, pace]) => before.has(sender) || Object.keys(pace).length > 0));
  return new Map([...grants].map(([sender, { waitMs }]) => [sender, waitMs]));
}

interface Taking {
  readonly campaignId: string;
  readonly owner: string;
  readonly at: number;
  readonly clockAheadMs: number | null;
}

/** Claims due messages in sets, and skips who has opted out; for use inside a transaction. */
function messageTaker(database: Database) {
  const due = database.prepare<DueRow>(`
    select ${messageColumns}, due_at from messages
    where seq in (select p.seq from json_each(:senders) s cross join messages p where p.seq in (
      select q.seq from messages q where q.campaign_id = :campaignId and q.sender = s.value and q.state = 'pending'
        and q.due_at <= :at order by q.due_at, q.seq limit :limit))`);
  const skip = database.prepare(`update messages set state = 'skipped', reason = '${optedOut}'
    where seq in (select value from json_each(:seqs))`);
  const claim = database.prepare(`update messages set state = 'claimed', attempts = attempts + 1, owner = :owner,
    claimed_at = :at, clock_ahead_ms = :clockAheadMs where seq in (select value from json_each(:seqs))`);
  const suppressionOf = suppressionReader(database);
  const seqsOf = (rows: readonly MessageRow[]) => JSON.stringify(rows.map(({ seq }) => seq));

  return ({ campaignId, owner, at, clockAheadMs }: Taking, grants: Grants, budget: Budget) => {
    let left = new Map([...grants].map(([sender, { granted }]) => [sender, granted]));
    const claimed: Claim[] = [];
    let { spent } = budget;
    for (;;) {
      left = new Map([...left].filter(([, count]) => count > 0));
      if (left.size === 0) return { claims: claimed, spent, isOverBudget: false };
      const senders = JSON.stringify([...left.keys()]);
      const rows = due.all({ campaignId, senders, at, limit: Math.max(...left.values()) }).sort(byDueTime);
      const isSuppressed = suppressionOf(rows.map(({ recipient }) => recipient));
      const chosen = select(rows.map(toDue), { grants: left, budget: { ...budget, spent }, isSuppressed });
      if (chosen.skipped.length > 0) skip.run({ seqs: seqsOf(chosen.skipped) });
      if (chosen.claimed.length > 0) claim.run({ owner, at, clockAheadMs, seqs: seqsOf(chosen.claimed) });
      for (const row of chosen.claimed) {
        claimed.push({ ...toMessage(row), state: 'claimed', attempts: row.attempts + 1, attempt: row.attempts + 1 });
        left.set(row.sender, (left.get(row.sender) ?? 0) - 1);
      }
      spent = chosen.spent;
      // Who has opted out took a place that the next one may have.
      if (chosen.isOverBudget || chosen.skipped.length === 0) {
        return { claims: claimed, spent, isOverBudget: chosen.isOverBudget };
      }
    }
  };
}

const byDueTime = (a: DueRow, b: DueRow): number => a.due_at - b.due_at || a.seq - b.seq;

const toDue = (row: DueRow) => ({ ...row, unitPrice: row.unit_price });

/** How senders stand: by when their next message is due, and by what their pace says. */
function senderStates(database: Database) {
  const next = database.prepare<NextDue>(`
    select s.value as sender, (select due_at from messages where campaign_id = :campaignId and sender = s.value
      and state = 'pending' order by due_at limit 1) as dueAt from json_each(:senders) s`);
  return (campaignId: string, waits: ReadonlyMap<string, number>, at: number): readonly SenderState[] =>
    next
      .all({ campaignId, senders: JSON.stringify([...waits.keys()]) })
      .map((due) => senderState(due, waits.get(due.sender) ?? 0, at));
}
