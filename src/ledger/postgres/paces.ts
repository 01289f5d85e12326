import type { SenderPace } from '../rules/pace.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import { json, sql } from './sql.ts';

interface PaceRow {
  readonly sender: string;
  readonly next_at: number | null;
  readonly paused_until: number | null;
  readonly per_second: number | null;
  readonly rated_until: number | null;
}

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
  const rows = await connection.all<PaceRow>(sql`select sender, next_at, paused_until, per_second, rated_until
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

/** Nothing of these senders goes for so long, in milliseconds. */
export async function pauseSenders(
  connection: Connection,
  pauses: ReadonlyMap<string, number>,
  clock: Clock,
): Promise<void> {
  if (pauses.size === 0) return;
  const senders = [...pauses.keys()].sort();
  await connection.run(sql`insert into sender_paces (sender, paused_until)
    select sender, ${clock()} + ms from unnest(${senders}::text[],
      ${senders.map((sender) => pauses.get(sender) ?? 0)}::double precision[]) r (sender, ms) order by sender
    on conflict (sender) do update set paused_until = excluded.paused_until`);
}

function toPace({ next_at, paused_until, per_second, rated_until }: PaceRow): SenderPace {
  return {
    ...(next_at !== null && { nextAt: next_at }),
    ...(paused_until !== null && { pausedUntil: paused_until }),
    ...(per_second !== null && { perSecond: per_second }),
    ...(rated_until !== null && { ratedUntil: rated_until }),
  };
}
