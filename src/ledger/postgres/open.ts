import type { Ledger } from '../ledger.ts';
import { messageChanges } from './changes.ts';
import { claims } from './claims.ts';
import { type Clock, clockOf } from './clock.ts';
import { connect } from './connect.ts';
import { postgresControls } from './controls.ts';
import { damageOf } from './damage.ts';
import type { Database } from './driver.ts';
import { postgresEvents } from './events.ts';
import { postgresFigures } from './figures.ts';
import { postgresLeases } from './leases.ts';
import { migrate } from './migrations/migrate.ts';
import { postgresOptOuts } from './opt-outs.ts';
import { postgresPurge } from './purge.ts';
import { campaignReads, optional, reports } from './reads.ts';
import { postgresReceipts } from './receipts.ts';
import { postgresReplies } from './replies.ts';
import { resolving } from './resolve.ts';
import { json, sql } from './sql.ts';
import { appendToPostgres, stageInPostgres } from './staging.ts';

/**
 * Opens the ledger at `postgres://user:password@host/database`, made if it is not there, in a schema of its own
 * (`?schema=volley`). Times are the server's; `now`, in milliseconds since 1970, takes their place in tests.
 * Throws a `CliError` when there is no server or database that can be used, or no package `pg`.
 */
export async function openPostgresLedger(address: string, now?: () => number): Promise<Ledger> {
  const connected = await connect(address);
  const { database } = connected;
  try {
    await migrate(connected);
  } catch (error) {
    await database.close();
    throw error;
  }
  const clock = clockOf(now);
  const place = { database, clock };
  return {
    stage: (campaign) => stageInPostgres(place, campaign),
    ...campaignReads(database),
    ...postgresLeases(database, clock),
    ...claims(database, clock, now ?? Date.now),
    ...messageChanges(database, clock),
    ...postgresControls(database, clock),
    ...reports(database),
    ...resolving(database),
    ...postgresOptOuts(database),
    ...postgresReceipts(database),
    ...postgresFigures(database),
    ...prices(database, clock),
    ...postgresEvents(database, clock),
    ...postgresReplies(database, clock),
    ...postgresPurge(database, clock),
    append: (campaignId, rows, keepsText = true) => appendToPostgres(place, campaignId, rows, keepsText),
    damage: () => damageOf(database),
    close: () => database.close(),
  };
}

function prices({ read, transaction }: Database, clock: Clock): Pick<Ledger, 'knownPrices' | 'keepPrices'> {
  return {
    knownPrices: (country) =>
      read(async (connection) =>
        optional(
          await connection.get<{ prices: string; at: number }>(
            sql`select prices, at from country_prices where country = ${country}`,
          ),
          (row) => ({ prices: JSON.parse(row.prices), at: row.at }),
        ),
      ),
    keepPrices: (country, list) =>
      transaction([], async (connection) => {
        await connection.run(sql`insert into country_prices (country, prices, at)
          values (${country}, ${json(list)}, ${clock()})
          on conflict (country) do update set prices = excluded.prices, at = excluded.at`);
      }),
  };
}
