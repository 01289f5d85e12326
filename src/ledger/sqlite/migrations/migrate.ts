import { chmodSync, rmSync } from 'node:fs';
import { CliError } from '../../../errors.ts';
import type { Database } from '../driver.ts';
import { start } from './001-start.ts';
import { consentAndCost } from './002-consent-and-cost.ts';
import { delivery } from './003-delivery.ts';
import { afterlife } from './004-afterlife.ts';
import { running } from './005-running.ts';
import { messageKeys } from './006-message-keys.ts';
import { replies } from './007-replies.ts';
import { pauses } from './008-pauses.ts';
import { reportIndexes } from './009-report-indexes.ts';

/** Each brings the schema from its index to the next number. Never edited once released. */
const released: readonly string[] = [
  start,
  consentAndCost,
  delivery,
  afterlife,
  running,
  messageKeys,
  replies,
  pauses,
  reportIndexes,
];

/**
 * Brings a ledger to this version's schema, after a copy of one that holds anything beside it.
 * Throws a `CliError` when it was written by a newer volley.
 */
export function migrate(database: Database, path: string, migrations = released): void {
  const versionQuery = database.prepare<{ user_version: number }>('pragma user_version');
  const version = () => versionQuery.get()?.user_version ?? 0;
  if (version() > migrations.length) {
    throw new CliError('config', `The ledger ${path} was written by a newer version of volley.`, {
      hint: 'Update volley, or name another ledger with --ledger.',
    });
  }
  if (version() === migrations.length) return;
  if (version() > 0) backUp(database, `${path}.v${version()}.bak`);
  database.transaction(() => {
    // Read again under the lock: another process may have been faster.
    for (const migration of migrations.slice(version())) database.exec(migration);
    database.exec(`pragma user_version = ${migrations.length}`);
  });
}

function backUp(database: Database, copy: string): void {
  rmSync(copy, { force: true });
  database.prepare('vacuum into :copy').run({ copy });
  chmodSync(copy, 0o600);
}
