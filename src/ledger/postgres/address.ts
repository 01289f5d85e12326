import type { PoolConfig } from 'pg';
import { CliError } from '../../errors.ts';

/** Where a ledger is: what `pg` is told, and the schema of its tables. */
export interface Address {
  readonly pool: PoolConfig;
  readonly schema: string;
}

/** The schema of a ledger whose address names none. */
const defaultSchema = 'volley';

/** Enough for a run's claims, results and heartbeat beside each other; few enough for many workers at one server. */
const mostConnections = 5;

/** How long a connection may take to come about, in milliseconds. */
const connectMs = 10_000;

/** How long the server keeps a transaction of a process that has stopped in the middle of it. */
const idleInTransaction = '20s';

/** How long a writer waits for another one: as long as with a file. */
const lockTimeout = '30s';

/**
 * Statements are planned once for a connection, often while the tables are small: by their indexes, then, which stay
 * right when a million rows have come, and without compiling them.
 */
const planning = ['-c plan_cache_mode=force_generic_plan', '-c enable_seqscan=off', '-c jit=off'];

/** Reads `postgres://user:password@host:port/database?sslmode=…&schema=…`. Throws a `CliError` that repeats none of it. */
export function readAddress(address: string): Address {
  const url = parsed(address);
  const schema = url.searchParams.get('schema') ?? defaultSchema;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new CliError('config', 'The schema in the address of the ledger is no plain name.', {
      hint: 'Give it lower-case letters, digits and _: ?schema=volley',
    });
  }
  url.searchParams.delete('schema');
  // With `pg` all modes that ask for TLS check the certificate; its own name for that is the one it does not warn of.
  if (/^(prefer|require|verify-ca)$/.test(url.searchParams.get('sslmode') ?? '')) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return { schema, pool: { ...settings(schema, url), connectionString: url.href } };
}

function settings(schema: string, url: URL): PoolConfig {
  const own = url.searchParams.get('options');
  url.searchParams.delete('options');
  return {
    max: mostConnections,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'volley',
    options: [
      ...(own === null ? [] : [own]),
      `-c search_path=${schema}`,
      ...planning,
      `-c lock_timeout=${lockTimeout}`,
      `-c idle_in_transaction_session_timeout=${idleInTransaction}`,
    ].join(' '),
  };
}

function parsed(address: string): URL {
  try {
    const url = new URL(address);
    if (url.pathname.length > 1) return url;
  } catch {
    // Told below: the parser's own error repeats the address.
  }
  throw new CliError('config', 'The address of the ledger cannot be read, or names no database.', {
    hint: 'Write it as postgres://user:password@host:5432/database, with %40 for an @ in the password.',
  });
}
