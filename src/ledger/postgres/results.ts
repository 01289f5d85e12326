import type { AttemptRecord } from '../../core/outcome/after-send.ts';
import type { StatusUpdate } from '../../core/outcome/delivery.ts';
import type { OptOut } from '../consent.ts';
import { type ClaimedRow, recordResults } from '../rules/record.ts';
import type { Lease } from '../runs.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import type { Gate } from './gates.ts';
import { addOptOuts } from './opt-outs.ts';
import { pauseSenders } from './paces.ts';
import { mergeReceipts, proveSent, receiptsOf } from './receipts.ts';
import { json, sql } from './sql.ts';

interface ResultRow extends ClaimedRow {
  readonly recipient: string;
  readonly sender: string;
}

/** The gates of a run that claims or writes results. */
export function runGates({ campaignId }: Lease, results: readonly AttemptRecord[]): readonly Gate[] {
  return [
    { kind: 'campaign', keys: [campaignId], isShared: true },
    { kind: 'sid', keys: results.flatMap(({ change }) => change.sid ?? []), isShared: true },
  ];
}

/** What a set of results is judged by, as far as it comes from the ledger. */
export interface Known {
  readonly rows: ReadonlyMap<string, ResultRow>;
  readonly owners: ReadonlyMap<string, string>;
  /** Receipts that came before their message was known to have its SID. */
  readonly early: readonly StatusUpdate[];
}

/** Reads, and locks, what results are about; for use inside a transaction, behind the run's gates. */
export async function readForResults(
  connection: Connection,
  { owner }: Lease,
  given: readonly AttemptRecord[],
): Promise<Known> {
  if (given.length === 0) return { rows: new Map(), owners: new Map(), early: [] };
  const sids = given.flatMap(({ change }) => change.sid ?? []);
  const [rows, owners, early] = await Promise.all([
    claimedRows(connection, owner, given),
    sids.length > 0 ? ownersOf(connection, sids) : new Map<string, string>(),
    sids.length > 0 ? receiptsOf(connection, sids) : [],
  ]);
  return { rows, owners, early };
}

/** Writes the results of one run in sets; for use inside a transaction, after they were read for. */
export async function writeResults(
  connection: Connection,
  { campaignId }: Lease,
  { given, known, isRecalled, clock }: Writing,
): Promise<void> {
  const { rows, owners, early } = known;
  const { results, spentMore } = recordResults(given, { rows, owners, isRecalled });
  if (results.length === 0) return;
  await Promise.all([
    write(connection, results),
    spentMore === 0
      ? undefined
      : connection.run(sql`update campaigns set spent = spent + ${spentMore}::float8
          where id = ${campaignId} and max_cost is not null`),
  ]);
  if (early.length > 0) await mergeReceipts(connection, early);
  // A callback may have come before the answer was given up.
  const open = results.filter(({ change }) => change.state === 'unknown' || change.state === 'pending');
  await proveSent(
    connection,
    open.map(({ messageId }) => messageId),
  );
  await pauseSenders(connection, pausesOf(results, rows), clock);
  await suppress(connection, { results, rows }, clock);
}

/** Results that are to be written. */
export interface Writing {
  readonly given: readonly AttemptRecord[];
  readonly known: Known;
  readonly isRecalled: boolean;
  readonly clock: Clock;
}

/** Whether results may change what their senders may have next. */
export function touchesSenders(given: readonly AttemptRecord[]): boolean {
  return given.some(({ change }) => change.pauseSenderMs !== undefined);
}

async function claimedRows(
  connection: Connection,
  owner: string,
  given: readonly AttemptRecord[],
): Promise<ReadonlyMap<string, ResultRow>> {
  const rows = await connection.all<ResultRow>(sql`
    select m.id, m.segments, m.unit_price as "unitPrice", m.recipient, m.sender
    from messages m join unnest(${given.map(({ messageId }) => messageId)}::text[],
      ${given.map(({ attempt }) => attempt)}::int[]) r (id, attempt) on m.id = r.id and m.attempts = r.attempt
    where m.owner = ${owner} and m.state = 'claimed' order by m.seq for no key update of m`);
  return new Map(rows.map((row) => [row.id, row]));
}

async function ownersOf(connection: Connection, sids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.all<{ sid: string; id: string }>(
    sql`select sid, id from messages where sid = any(${sids})`,
  );
  return new Map(rows.map(({ sid, id }) => [sid, id]));
}

async function write(connection: Connection, results: readonly AttemptRecord[]): Promise<void> {
  const changes = json(results.map(({ messageId, change }) => ({ id: messageId, ...change })));
  await connection.run(sql`
    update messages m set state = r.state, sid = coalesce(r.sid, m.sid), status = coalesce(r.status, m.status),
      code = r.code, reason = r.reason, segments = coalesce(r.segments, m.segments), due_at = coalesce(r."dueAt", 0)
    from json_to_recordset(${changes}) as r (id text, state text, sid text, status text, code bigint, reason text,
      segments int, "dueAt" bigint)
    where m.id = r.id`);
}

function pausesOf(
  results: readonly AttemptRecord[],
  rows: ReadonlyMap<string, ResultRow>,
): ReadonlyMap<string, number> {
  const pauses = new Map<string, number>();
  for (const { messageId, change } of results) {
    const sender = rows.get(messageId)?.sender;
    if (sender !== undefined && change.pauseSenderMs !== undefined) pauses.set(sender, change.pauseSenderMs);
  }
  return pauses;
}

async function suppress(
  connection: Connection,
  { results, rows }: { readonly results: readonly AttemptRecord[]; readonly rows: ReadonlyMap<string, ResultRow> },
  clock: Clock,
): Promise<void> {
  const suppressed = results.flatMap(({ messageId, change }): Omit<OptOut, 'at'>[] => {
    const row = rows.get(messageId);
    return change.suppress && row ? [{ address: row.recipient, sender: row.sender, source: String(change.code) }] : [];
  });
  if (suppressed.length === 0) return;
  const now = await connection.get<{ at: number }>(sql`select ${clock()} as at`);
  const at = now?.at ?? 0;
  await addOptOuts(
    connection,
    suppressed.map((optOut) => ({ ...optOut, at })),
  );
}
