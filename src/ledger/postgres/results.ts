import type { AttemptRecord, Lease, OptOut } from '../ledger.ts';
import { type ClaimedRow, recordResults } from '../rules/record.ts';
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

/** Writes the results of one run in sets; for use inside a transaction, behind the run's gates. */
export async function writeResults(
  connection: Connection,
  { campaignId, owner }: Lease,
  given: readonly AttemptRecord[],
  clock: Clock,
): Promise<void> {
  if (given.length === 0) return;
  const rows = await claimedRows(connection, owner, given);
  const sids = given.flatMap(({ change }) => change.sid ?? []);
  const campaign = await connection.get<{ isRecalled: boolean }>(
    sql`select recalled_at is not null as "isRecalled" from campaigns where id = ${campaignId}`,
  );
  const { results, spentMore } = recordResults(given, {
    rows,
    owners: await ownersOf(connection, sids),
    isRecalled: campaign?.isRecalled === true,
  });
  if (results.length === 0) return;
  await write(connection, results);
  if (spentMore !== 0) {
    await connection.run(sql`update campaigns set spent = spent + ${spentMore}::float8
      where id = ${campaignId} and max_cost is not null`);
  }
  await takeReported(connection, results);
  await pauseSenders(connection, pausesOf(results, rows), clock);
  await suppress(connection, { results, rows }, clock);
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
  if (sids.length === 0) return new Map();
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

/** A callback may have come before the answer, or before it was given up. */
async function takeReported(connection: Connection, results: readonly AttemptRecord[]): Promise<void> {
  const sids = results.flatMap(({ change }) => change.sid ?? []);
  const open = results.filter(({ change }) => change.state === 'unknown' || change.state === 'pending');
  const early = sids.length === 0 ? [] : await receiptsOf(connection, sids);
  if (early.length > 0) await mergeReceipts(connection, early);
  await proveSent(
    connection,
    open.map(({ messageId }) => messageId),
  );
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
    return change.suppress && row
      ? [{ address: row.recipient, sender: row.sender, source: String(change.code) }]
      : [];
  });
  if (suppressed.length === 0) return;
  const now = await connection.get<{ at: number }>(sql`select ${clock()} as at`);
  const at = now?.at ?? 0;
  await addOptOuts(
    connection,
    suppressed.map((optOut) => ({ ...optOut, at })),
  );
}
