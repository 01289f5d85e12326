import { type PaceRow, paceColumns, toPace } from '../rows.ts';
import type { SenderPace } from '../rules/pace.ts';
import type { Connection } from './driver.ts';
import { json, raw, sql } from './sql.ts';

/**
 * How fast each sender may go, over all runs of the ledger. Nobody else reads or writes it until the transaction ends;
 * with `isRated`, also that of a sender of which nothing is known yet.
 */
export async function lockPaces(
  connection: Connection,
  senders: readonly string[],
  isRated: boolean,
): Promise<ReadonlyMap<string, SenderPace>> {
  const known = await readPaces(connection, senders);
  const missing = senders.filter((sender) => !known.has(sender)).sort();
  if (!isRated || missing.length === 0) return known;
  await connection.run(sql`insert into sender_paces (sender) select unnest(${missing}::text[]) on conflict do nothing`);
  return readPaces(connection, senders);
}

async function readPaces(connection: Connection, senders: readonly string[]): Promise<ReadonlyMap<string, SenderPace>> {
  const rows = await connection.all<PaceRow>(sql`select ${raw(paceColumns)}
    from sender_paces where sender = any(${senders}) order by sender for no key update`);
  return new Map(rows.map((row) => [row.sender, toPace(row)]));
}

/** For use after `lockPaces`, in the same transaction. */
export async function writePaces(
  connection: Connection,
  paces: readonly (readonly [sender: string, pace: SenderPace])[],
): Promise<void> {
  if (paces.length === 0) return;
  await connection.run(sql`
    update sender_paces p set next_at = r."nextAt", paused_until = r."pausedUntil", per_second = r."perSecond",
      rated_until = r."ratedUntil"
    from json_to_recordset(${json(paces.map(([sender, pace]) => ({ sender, ...pace })))}) as r (sender text,
      "nextAt" double precision, "pausedUntil" double precision, "perSecond" double precision, "ratedUntil" double precision)
    where p.sender = r.sender`);
}

/** Until when nothing of these senders goes, in milliseconds since 1970. */
export async function pauseSenders(connection: Connection, pauses: ReadonlyMap<string, number>): Promise<void> {
  if (pauses.size === 0) return;
  await connection.run(sql`insert into sender_paces (sender, paused_until)
    select sender, until from unnest(${[...pauses.keys()]}::text[], ${[...pauses.values()]}::double precision[])
      r (sender, until) order by sender
    on conflict (sender) do update set paused_until = excluded.paused_until`);
}
