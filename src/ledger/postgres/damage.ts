import { CliError } from '../../errors.ts';
import { tableShapes } from '../tables.ts';
import type { Database } from './driver.ts';
import { raw } from './sql.ts';

/** Those that are moved from ledger to ledger, and those that stay where they are. */
const tables = [...tableShapes.map(({ name }) => name), 'leases', 'last_transactions', 'pseudonym_key'];

/**
 * Reads all columns of the ledger through, and so all its pages: the server says what it cannot read, by its checksums
 * too where it has them.
 */
export async function damageOf(database: Database): Promise<string | undefined> {
  for (const table of tables) {
    try {
      await database.alone((connection) => connection.get(raw(`select sum(length(t::text)) from ${table} t`)));
    } catch (error) {
      if (error instanceof CliError && error.message.endsWith('is damaged.'))
        return `the table ${table} cannot be read`;
      throw error;
    }
  }
  return undefined;
}
