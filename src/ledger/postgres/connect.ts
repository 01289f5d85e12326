import type { ClientBase, PoolClient } from 'pg';
import { shownLedger } from '../../core/ledger-address.ts';
import { CliError } from '../../errors.ts';
import { readAddress } from './address.ts';
import { type Database, overPool } from './driver.ts';
import { openFault } from './faults.ts';

/** PostgreSQL's numbers for types that come as text otherwise: bigint, json, numeric. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = { 20: Number, 114: String, 1700: Number };

/** A database with the schema its ledger is in. */
export interface Place {
  readonly database: Database;
  readonly schema: string;
}

/** Connects to the server that an address names. Throws a `CliError` when there is none that can be used. */
export async function connect(address: string): Promise<Place> {
  const { pool: config, schema } = readAddress(address);
  const { Pool, types } = await library();
  const pool = new Pool({
    ...config,
    onConnect: waitForDisk,
    pipeline: true,
    types: {
      getTypeParser: ((id: number, format) =>
        parsers[id] ?? types.getTypeParser(id, format)) as typeof types.getTypeParser,
    },
  });
  // The failure of a connection that nobody uses is not news; one that is in use tells its user.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const shown = shownLedger(address);
  try {
    await check(await pool.connect(), shown);
  } catch (error) {
    await pool.end();
    throw openFault(error, shown);
  }
  return { database: overPool(pool, shown), schema };
}

/** A claim that was committed is on disk, or it would be sent twice after a power cut. What waits for more stays so. */
async function waitForDisk(client: ClientBase): Promise<void> {
  await client.query(
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
  );
}

/** pg_xact_status, json and skip locked would be there before; pg_terminate_backend waits since this one. */
const oldestVersion = 140_000;

async function check(client: PoolClient, shown: string): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding",
  );
  client.release();
  const [server] = rows;
  if (!server || server.version < oldestVersion) {
    throw new CliError('config', `The server of the ledger ${shown} is too old.`, {
      hint: 'volley needs PostgreSQL 14.',
    });
  }
  if (server.encoding !== 'UTF8') {
    throw new CliError(
      'config',
      `The database of the ledger ${shown} does not hold every text: it is ${server.encoding}.`,
      {
        hint: 'Make one with: createdb --encoding=UTF8 --template=template0 NAME',
      },
    );
  }
}

/** `pg` is only there where somebody wants it. */
async function library(): Promise<Pick<typeof import('pg'), 'Pool' | 'types'>> {
  try {
    const { default: pg } = await import('pg');
    return pg;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CliError('config', 'A ledger on PostgreSQL needs the package pg, which is not installed.', {
      hint: 'Install it beside volley: npm install pg@8.23.1 (with --global if volley is).',
      cause,
    });
  }
}
