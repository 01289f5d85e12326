import { CliError } from '../../errors.ts';
import type { Database } from './driver.ts';
import { raw } from './sql.ts';

/** What a table is read through by: all of its columns, so that every page of it is looked at. */
const tables = [
  'campaigns',
  'inputs',
  'messages',
  'leases',
  'sender_paces',
  'opt_outs',
  'status_events',
  'outgoing_events',
];

/** Reads all of the ledger through: the server says what it cannot read, by its checksums too where it has them. */
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
