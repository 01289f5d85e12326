import { CliError } from '../../../errors.ts';
import type { Place } from '../connect.ts';
import type { Connection } from '../driver.ts';
import { raw, sql } from '../sql.ts';
import { start } from './001-start.ts';
import { lastTransactions } from './002-last-transactions.ts';
import { replies } from './003-replies.ts';
import { pauses } from './004-pauses.ts';

/** Each brings the schema from its index to the next number. Never edited once released. */
const released: readonly string[] = [start, lastTransactions, replies, pauses];

/**
 * Brings a ledger to this version's schema, all or nothing, once, however many processes begin at the same time.
 * Throws a `CliError` when it was written by a newer volley, or when the schema is another program's.
 */
export async function migrate({ database, schema }: Place, migrations = released): Promise<void> {
  const current = await database.read((connection) => versionOf(connection, schema));
  if (current === migrations.length) return;
  await database.transaction([{ kind: 'schema', keys: [schema] }], async (connection) => {
    // Again, in turn: another process may have been faster.
    const version = await versionOf(connection, schema);
    if (version > migrations.length) throw newer(database.shown);
    if (version === 0) await makeSchema(connection, schema, database.shown);
    for (const migration of migrations.slice(version)) await connection.run(raw(migration));
    await connection.run(sql`update schema_version set version = ${migrations.length}`);
  });
}

/** 0: there is no ledger yet. */
async function versionOf(connection: Connection, schema: string): Promise<number> {
  const [there] = await connection.all(sql`select 1 from pg_tables
    where schemaname = ${schema} and tablename = 'schema_version'`);
  if (there === undefined) return 0;
  const found = await connection.get<{ version: number }>(sql`select version from schema_version`);
  return found?.version ?? 0;
}

async function makeSchema(connection: Connection, schema: string, shown: string): Promise<void> {
  const [there] = await connection.all(sql`select 1 from pg_namespace where nspname = ${schema}`);
  // Not `if not exists`: that asks for the right to make schemas even where none is to be made.
  if (there === undefined) await connection.run(raw(`create schema ${schema}`));
  const [foreign] = await connection.all(sql`select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} limit 1`);
  if (foreign !== undefined) {
    throw new CliError('config', `The schema ${schema} of the ledger ${shown} holds the tables of another program.`, {
      hint: 'Nothing was written into it. Name another one: ?schema=volley',
    });
  }
  await connection.run(raw('create table schema_version (version integer not null)'));
  await connection.run(raw('insert into schema_version values (0)'));
}

function newer(shown: string): CliError {
  return new CliError('config', `The ledger ${shown} was written by a newer version of volley.`, {
    hint: 'Update volley, or name another ledger with --ledger.',
  });
}
