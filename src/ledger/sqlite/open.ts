import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../../errors.ts';
import type { Ledger } from '../ledger.ts';
import { appendToSqlite } from './append.ts';
import { messageChanges } from './changes.ts';
import { claims } from './claims.ts';
import { sqliteControls } from './controls.ts';
import { type Database, openDatabase } from './driver.ts';
import { sqliteEvents } from './events.ts';
import { sqliteFigures } from './figures.ts';
import { networkFileSystemOf } from './file-system.ts';
import { applicationId, refuseForeign } from './identity.ts';
import { sqliteLeases } from './leases.ts';
import { migrate } from './migrations/migrate.ts';
import { sqliteOptOuts } from './opt-outs.ts';
import { sqlitePurge } from './purge.ts';
import { campaignReads, optional, reports } from './reads.ts';
import { sqliteReceipts } from './receipts.ts';
import { sqliteReplies } from './replies.ts';
import { resolving } from './resolve.ts';
import { stageInSqlite } from './staging.ts';

/**
 * Opens the ledger in a file, made if it is not there, for this user only.
 * `now` gives milliseconds since 1970. Throws a `CliError` when the file is not a usable ledger.
 */
export function openSqliteLedger(path: string, now: () => number = Date.now): Ledger {
  const database = openPrivate(path);
  migrate(database, path);
  const place = { database, path, now };
  return {
    stage: async (campaign) => stageInSqlite(place, campaign),
    ...campaignReads(database),
    ...sqliteLeases(database, now),
    ...claims(database, now),
    ...messageChanges(database, now),
    ...sqliteControls(database, now),
    ...reports(database),
    ...resolving(database),
    ...sqliteOptOuts(database),
    ...sqliteReceipts(database),
    ...sqliteFigures(database),
    ...prices(database, now),
    ...sqliteEvents(database, now),
    ...sqliteReplies(database, now),
    ...sqlitePurge(database, path, now),
    append: async (campaignId, rows, keepsText = true) => appendToSqlite(place, campaignId, rows, keepsText),
    damage: async () => damageOf(database),
    close: async () => database.close(),
  };
}

function damageOf(database: Database): string | undefined {
  const [first] = database.prepare<{ quick_check: string }>('pragma quick_check(1)').all();
  return first?.quick_check === 'ok' ? undefined : (first?.quick_check ?? 'it cannot be read');
}

/** The database in a file, for this user only. Throws a `CliError` when it is none, or another program's. */
export function openPrivate(path: string): Database {
  const folder = dirname(path);
  makeFolder(folder);
  const network = networkFileSystemOf(folder);
  if (network) {
    throw new CliError(
      'config',
      `The ledger ${path} is on a network file system (${network}), whose locks cannot be trusted.`,
      {
        hint: 'Name a place on this machine with --ledger.',
      },
    );
  }
  refuseForeign(path);
  const isNew = !existsSync(path);
  const database = openDatabase(path);
  if (isNew) chmodSync(path, 0o600);
  name(database);
  return database;
}

/** Puts the id into a ledger from before there was one, so that it is known by its first page from now on. */
function name(database: Database): void {
  const found = database.prepare<{ application_id: number }>('pragma application_id').get();
  if (found?.application_id === 0) database.exec(`pragma application_id = ${applicationId}`);
}

function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CliError('config', `Cannot make the folder ${folder}: ${(cause as Error).message}`, {
      hint: 'Name another place for the ledger with --ledger.',
      cause,
    });
  }
}

function prices(database: Database, now: () => number): Pick<Ledger, 'knownPrices' | 'keepPrices'> {
  const read = database.prepare<{ prices: string; at: number }>(
    'select prices, at from country_prices where country = :country',
  );
  const write = database.prepare(
    'insert or replace into country_prices (country, prices, at) values (:country, :prices, :at)',
  );
  return {
    knownPrices: async (country) =>
      optional(read.get({ country }), (row) => ({ prices: JSON.parse(row.prices), at: row.at })),
    keepPrices: async (country, list) => void write.run({ country, prices: JSON.stringify(list), at: now() }),
  };
}
