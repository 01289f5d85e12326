import type { AttemptRecord } from '../../core/outcome/after-send.ts';
import type { Ledger } from '../ledger.ts';
import type { Budget } from '../rules/claim.ts';
import { atRate, type ControlRow, pausedClaim } from '../rules/control.ts';
import { type Grants, grantsOf, pacesAfter } from '../rules/grants.ts';
import type { SenderPace } from '../rules/pace.ts';
import { type NextDue, senderState } from '../rules/sender-state.ts';
import type { Claim, Claimed, ClaimRequest, Lease, SenderQueue, SenderState, Want } from '../runs.ts';
import { pendingSenders } from '../statements.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { lockPaces, writePaces } from './paces.ts';
import { readForResults, runGates, writeResults } from './results.ts';
import { named, sql } from './sql.ts';
import { takeMessages } from './take.ts';

type Claims = Pick<Ledger, 'senders' | 'queues' | 'claim' | 'record'>;

interface RunRow extends ControlRow {
  readonly recalled_at: number | null;
  /** False: the lease has gone to somebody else. */
  readonly isOurs: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Taking messages to send, and writing what became of them. `wall` is this machine's own clock, in milliseconds since
 * 1970, by which Twilio's is measured.
 */
export function claims(database: Database, clock: Clock, wall: () => number): Claims {
  const inTurn = turns();
  return {
    senders: (campaignId) =>
      database.read(async (connection) => {
        const rows = await connection.all<{ sender: string }>(named(pendingSenders, { campaignId }));
        return rows.map(({ sender }) => sender);
      }),
    queues: (campaignId) =>
      database.read((connection) =>
        connection.all<SenderQueue>(sql`select sender, count(*) as pending, min(due_at) as "dueAt" from messages
          where campaign_id = ${campaignId} and state = 'pending' group by sender order by min(seq)`),
      ),
    claim: (lease, request) =>
      inTurn(lease.campaignId, () =>
        database.transaction(runGates(lease, request.results), (connection) =>
          claim(connection, lease, request, { clock, wall }),
        ),
      ),
    record: (lease, results) =>
      database.transaction(runGates(lease, results), (connection) => record(connection, lease, results, clock)),
  };
}

/** Who asks first is served first, within this process; others are served beside. */
function turns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, turn);
    const leave = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  };
}

interface Clocks {
  readonly clock: Clock;
  readonly wall: () => number;
}

async function claim(
  connection: Connection,
  lease: Lease,
  asked: ClaimRequest,
  { clock, wall }: Clocks,
): Promise<Claimed> {
  const { results, clockAheadMs } = asked;
  const { campaignId, owner } = lease;
  const [run, known] = await Promise.all([runOf(connection, lease, clock), readForResults(connection, lease, results)]);
  const isRecalled = run.recalled_at !== null;
  const request = atRate(asked, run);
  const { wants, perSecond } = request;
  const written = writeResults(connection, lease, { results, known, isRecalled, at: run.at });
  if (!run.isOurs || isRecalled || wants.length === 0) {
    await written;
    return { claims: [], senders: [], ...(!run.isOurs ? lostLease : isRecalled && recalled) };
  }
  if (run.paused_at !== null) {
    await written;
    return pausedClaim(wants);
  }
  // Sent together: the server does one after the other, what results say of senders and cost first.
  const [, budget, { before, at }] = await Promise.all([
    written,
    lockBudget(connection, campaignId),
    standing(connection, request, clock),
  ]);
  const room = budget.room ?? Number.POSITIVE_INFINITY;
  const grants = grantsOf(within(wants, room), (sender) => before.get(sender) ?? {}, perSecond, at);
  // Twilio's clock was compared with this machine's; the claim's time is the ledger's.
  const aheadMs = clockAheadMs === undefined ? null : clockAheadMs + wall() - at;
  const taking = { campaignId, owner, at, clockAheadMs: aheadMs };
  const taken = await takeMessages(connection, taking, { grants: grantedOf(grants), budget });
  const [, , states] = await Promise.all([
    budget.maxCost === undefined ? undefined : spend(connection, campaignId, taken.spent),
    keepPaces(connection, grants, taken.claims, before),
    senderStates(connection, campaignId, grants, at),
  ]);
  // What others have on its way is back soon.
  const senders = room > taken.claims.length ? states : states.map((state) => waiting(state, fullMs));
  return { claims: taken.claims, senders, ...(taken.isOverBudget && { end: 'budget' }) };
}

const lostLease = { end: 'lost-lease' } as const;
const recalled = { end: 'recalled' } as const;

async function runOf(connection: Connection, { campaignId, owner }: Lease, clock: Clock): Promise<RunRow> {
  const run = await connection.get<RunRow>(sql`select recalled_at, paused_at, rate, ${clock()} as at,
      exists (select 1 from leases where campaign_id = ${campaignId} and owner = ${owner}) as "isOurs"
    from campaigns where id = ${campaignId}`);
  return run ?? { recalled_at: null, paused_at: null, rate: null, isOurs: false, at: 0 };
}

async function record(
  connection: Connection,
  lease: Lease,
  results: readonly AttemptRecord[],
  clock: Clock,
): Promise<void> {
  const [run, known] = await Promise.all([runOf(connection, lease, clock), readForResults(connection, lease, results)]);
  await writeResults(connection, lease, { results, known, isRecalled: run.recalled_at !== null, at: run.at });
}

/** How the senders that are asked for stand, and what time it is then. Until the transaction ends it stays so. */
async function standing(
  connection: Connection,
  { wants, perSecond }: ClaimRequest,
  clock: Clock,
): Promise<{ readonly before: ReadonlyMap<string, SenderPace>; readonly at: number }> {
  const senders = wants.map(({ sender }) => sender);
  const [before, now] = await Promise.all([
    lockPaces(connection, senders, perSecond !== undefined || wants.some((want) => want.perSecond !== undefined)),
    // Behind the locks: what others have reserved meanwhile lies before this moment.
    connection.get<{ at: number }>(sql`select ${clock()} as at`),
  ]);
  return { before, at: now?.at ?? 0 };
}

/** What a campaign may cost, and how many of its messages more may be on their way; absent: as many as are wanted. */
interface SharedBudget extends Budget {
  readonly room?: number;
}

/** Where cost or concurrency is limited, nobody else claims of the campaign until the transaction ends. */
async function lockBudget(connection: Connection, campaignId: string): Promise<SharedBudget> {
  const limited = await connection.get<{ maxCost: number | null; spent: number; concurrency: number | null }>(sql`
    select max_cost as "maxCost", spent, concurrency from campaigns
    where id = ${campaignId} and (max_cost is not null or concurrency is not null) for no key update`);
  if (!limited) return { spent: 0 };
  const { maxCost, spent, concurrency } = limited;
  const claimed = concurrency === null ? undefined : await claimedOf(connection, campaignId);
  return {
    spent,
    ...(maxCost !== null && { maxCost }),
    ...(concurrency !== null && { room: Math.max(0, concurrency - (claimed ?? 0)) }),
  };
}

async function claimedOf(connection: Connection, campaignId: string): Promise<number> {
  // A statement of its own: one that has waited for the lock sees what was there before.
  const claimed = await connection.get<{ n: number }>(sql`select count(*) as n from messages
    where campaign_id = ${campaignId} and state = 'claimed'`);
  return claimed?.n ?? 0;
}

/** How soon a place that another worker has may be free, in milliseconds. */
const fullMs = 50;

/** The wants that there is room for, the first ones first. */
function within(wants: readonly Want[], room: number): readonly Want[] {
  let left = room;
  return wants.map((want) => {
    const granted = Math.min(want.limit, left);
    left -= granted;
    return { ...want, limit: granted };
  });
}

const waiting = (state: SenderState, ms: number): SenderState =>
  state.waitMs === undefined ? state : { ...state, waitMs: Math.max(state.waitMs, ms) };

async function spend(connection: Connection, campaignId: string, spent: number): Promise<void> {
  await connection.run(sql`update campaigns set spent = ${spent}::float8 where id = ${campaignId}`);
}

const grantedOf = (grants: Grants): ReadonlyMap<string, number> =>
  new Map([...grants].map(([sender, { granted }]) => [sender, granted]));

/** Writes down how fast each sender may go on. */
async function keepPaces(
  connection: Connection,
  grants: Grants,
  claimed: readonly Claim[],
  before: ReadonlyMap<string, object>,
): Promise<void> {
  const kept = pacesAfter(grants, claimed).filter(([sender]) => before.has(sender));
  await writePaces(connection, kept);
}

/** How senders stand: by when their next message is due, and by what their pace says. */
async function senderStates(
  connection: Connection,
  campaignId: string,
  grants: Grants,
  at: number,
): Promise<readonly SenderState[]> {
  const rows = await connection.all<NextDue>(sql`
    select s.sender, (select due_at from messages where campaign_id = ${campaignId} and sender = s.sender
      and state = 'pending' order by due_at limit 1) as "dueAt" from unnest(${[...grants.keys()]}::text[]) s (sender)`);
  return rows.map((due) => senderState(due, grants.get(due.sender)?.waitMs ?? 0, at));
}
