import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isAway } from '../../src/ledger/postgres/faults.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import type { CreatedMessage } from '../../src/simulator/store.ts';
import { type LedgerRow, type Tally, tallyOf } from './invariants.ts';

/** Asks a database that may just be away, by a connection of its own. */
export async function ask<Row>(address: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  for (;;) {
    const client = new pg.Client(address);
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(text, [...values])).rows as Row[];
    } catch (error) {
      if (!isAway(error)) throw error;
      await delay(200);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Counts how campaigns to these recipients ended, by a database. Throws when it is damaged or holds a secret. */
export async function takeStockOfDatabase(
  address: string,
  truth: readonly CreatedMessage[],
  recipients: readonly string[],
  secrets: readonly string[],
): Promise<Tally> {
  await refuseDamage(address);
  await refuseSecrets(address, secrets);
  const rows = await ask<LedgerRow>(
    address,
    'select m.recipient, m.state, m.sid from volley.messages m join volley.campaigns c on c.id = m.campaign_id where c.ready',
  );
  return tallyOf(rows, truth, recipients);
}

async function refuseDamage(address: string): Promise<void> {
  const ledger = await openPostgresLedger(address);
  try {
    const damage = await ledger.damage();
    if (damage !== undefined) throw new Error(`the ledger is damaged: ${damage}`);
  } finally {
    await ledger.close();
  }
}

async function refuseSecrets(address: string, secrets: readonly string[]): Promise<void> {
  const tables = await ask<{ name: string }>(
    address,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('volley', 'volley_queue')`,
  );
  for (const { name } of tables) {
    for (const secret of secrets) {
      const [found] = await ask(address, `select 1 from ${name} t where strpos(t::text, $1) > 0 limit 1`, [secret]);
      if (found !== undefined) throw new Error(`a secret stands in ${name}`);
    }
  }
}
