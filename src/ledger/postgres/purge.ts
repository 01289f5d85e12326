import { keptForMs } from '../../core/outcome/event.ts';
import { sameInputMs } from '../../core/plan.ts';
import type { Ledger } from '../ledger.ts';
import { forgetRow, type PersonalRow, type Pseudonym, reportedForMs } from '../rules/purge.ts';
import { isPurgeable } from '../statements.ts';
import { dropAbandoned } from './abandoned.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { pseudonymsOf } from './pseudonyms.ts';
import { matchReplies } from './replies.ts';
import { json, named, raw, type Sql, sql } from './sql.ts';

interface PurgedRow extends PersonalRow {
  readonly campaign_id: string;
  readonly seq: number;
}

/** How many rows are purged in one commit: others can write in between. */
const chunkRows = 2000;

const purgeable = (before: number, clock: Clock): Sql =>
  named(isPurgeable, { before, reportedSince: sql`${clock()} - ${reportedForMs}::bigint` });

/** Forgetting who was texted what. */
export function postgresPurge(database: Database, clock: Clock): Pick<Ledger, 'purge' | 'purgeable'> {
  return {
    purgeable: (before) =>
      database.read(async (connection) => {
        const found = await connection.get<{ n: number }>(
          sql`select (select count(*) from messages where ${purgeable(before, clock)})
            + (select count(*) from replies where at < ${before}) as n`,
        );
        return found?.n ?? 0;
      }),
    purge: async (before) => {
      let purged = await database.transaction([], async (connection) => {
        // What the younger ones answer is known by numbers that are about to go.
        await matchReplies(connection);
        return connection.run(sql`delete from replies where at < ${before}`);
      });
      for (let after = first; ; ) {
        const bounds = { before, after };
        const rows = await database.transaction([], (connection) => purgeSome(connection, bounds, clock));
        const last = rows.at(-1);
        if (!last) break;
        purged += rows.length;
        after = last;
      }
      await database.transaction([], async (connection) => {
        await dropAbandoned(connection, clock);
        const youngest = (keptMs: number) => sql`least(${before}::bigint, ${clock()} - ${keptMs}::bigint)`;
        await connection.run(sql`delete from inputs where at < ${youngest(sameInputMs)}`);
        await connection.run(sql`delete from outgoing_events where at < ${youngest(keptForMs)}`);
      });
      // What was overwritten lies about until its place is needed.
      if (purged > 0) await database.alone((connection) => connection.run(raw('vacuum messages, replies')));
      return purged;
    },
  };
}

interface Bounds {
  readonly before: number;
  /** The last row that was looked at. */
  readonly after: Pick<PurgedRow, 'campaign_id' | 'seq'>;
}

/** Comes before every row. */
const first: Bounds['after'] = { campaign_id: '', seq: 0 };

async function purgeSome(
  connection: Connection,
  { before, after }: Bounds,
  clock: Clock,
): Promise<readonly PurgedRow[]> {
  const wasPurged = await connection.get(sql`select 1 from campaigns where purged_at is not null limit 1`);
  const pseudonym = await pseudonymsOf(connection, wasPurged === undefined);
  const rows =
    await connection.all<PurgedRow>(sql`select campaign_id, seq, recipient, key, request, reason, issues, code
    from messages where (campaign_id, seq) > (${after.campaign_id}, ${after.seq}::bigint) and ${purgeable(before, clock)}
    order by campaign_id, seq limit ${chunkRows} for update`);
  if (rows.length === 0) return rows;
  const purged = json(rows.map((row) => forgetRow(row, pseudonym)));
  // As text: so it was read, and JSON stays as it was written.
  await connection.run(sql`update messages m set recipient = r.recipient, key = r.key, request = r.request::json,
      reason = r.reason, issues = r.issues::json, text_kept = 'gone'
    from json_to_recordset(${purged})
      as r (campaign_id text, seq bigint, recipient text, key text, request text, reason text, issues text)
    where m.campaign_id = r.campaign_id and m.seq = r.seq`);
  const campaigns = [...new Set(rows.map((row) => row.campaign_id))];
  await connection.run(sql`update campaigns set purged_at = ${clock()} where id = any(${campaigns})`);
  return rows;
}

/**
 * Gives rows that are to join a campaign the keys that the same rows there have since it was purged: else it would not
 * know whom it has texted. For use inside a transaction. Throws a `CliError` when the key of the pseudonyms is lost.
 */
export async function adoptPseudonyms(
  connection: Connection,
  { id, target }: { readonly id: string; readonly target: string },
): Promise<void> {
  const pseudonym = await pseudonymsIn(connection, target);
  if (!pseudonym) return;
  for (let after = -1; ; ) {
    const rows = await connection.all<{ seq: number; key: string }>(sql`select seq, key from messages
      where campaign_id = ${id} and key is not null and seq > ${after} order by seq limit ${chunkRows}`);
    const last = rows.at(-1);
    if (!last) return;
    const names = rows.map(({ key }) => pseudonym(key));
    await connection.run(sql`update messages m set key = r.name
      from unnest(${rows.map(({ seq }) => seq)}::bigint[], ${names}::text[]) r (seq, name)
      where m.campaign_id = ${id} and m.seq = r.seq and m.key <> r.name
        and exists (select 1 from messages t where t.campaign_id = ${target} and t.key = r.name)`);
    after = last.seq;
  }
}

/** Keys as a campaign knows them: the pseudonym where their row there is purged. For use inside a transaction. */
export async function purgedKeys(
  connection: Connection,
  campaignId: string,
  keys: readonly string[],
): Promise<(key: string) => string> {
  const pseudonym = await pseudonymsIn(connection, campaignId);
  if (!pseudonym) return (key) => key;
  const rows = await connection.all<{ key: string }>(sql`select key from messages
    where campaign_id = ${campaignId} and key = any(${keys.map(pseudonym)})`);
  const known = new Set(rows.map(({ key }) => key));
  return (key) => (known.has(pseudonym(key)) ? pseudonym(key) : key);
}

/** Undefined when nothing of a campaign was purged. */
async function pseudonymsIn(connection: Connection, campaignId: string): Promise<Pseudonym | undefined> {
  const wasPurged = await connection.get(
    sql`select 1 from campaigns where id = ${campaignId} and purged_at is not null`,
  );
  return wasPurged === undefined ? undefined : pseudonymsOf(connection, false);
}
