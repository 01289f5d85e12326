import { randomBytes } from 'node:crypto';
import { CliError } from '../../errors.ts';
import { type Pseudonym, pseudonymBy } from '../rules/purge.ts';
import type { Connection } from './driver.ts';
import { sql } from './sql.ts';

/**
 * Pseudonyms by the ledger's key: without the key nobody can try all numbers in turn. It is in the database, since all
 * machines need the same one. Throws a `CliError` when there is none, unless one may be made.
 */
export async function pseudonymsOf(connection: Connection, mayMake: boolean): Promise<Pseudonym> {
  if (mayMake) {
    const made = randomBytes(32).toString('hex');
    await connection.run(sql`insert into pseudonym_key (secret) values (${made}) on conflict do nothing`);
  }
  const key = await connection.get<{ secret: string }>(sql`select secret from pseudonym_key`);
  if (!key) {
    throw new CliError('config', 'The table pseudonym_key of the ledger is empty.', {
      hint: 'It tells who was texted in what was purged. Bring it back from a backup.',
    });
  }
  return pseudonymBy(Buffer.from(key.secret, 'hex'));
}
