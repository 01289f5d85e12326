import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { connect } from '../../src/ledger/postgres/connect.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import { raw } from '../../src/ledger/postgres/sql.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { newDatabase } from '../new-database.ts';

const address = await newDatabase();
let clock = { now: 0 };
const ledger = await openPostgresLedger(address, () => clock.now);
const { database } = await connect(address);

/** The one ledger of these tests, emptied: to make all its tables anew takes longer than most tests. */
function open(by: { now: number }): Ledger {
  clock = by;
  const emptied = database.transaction([], async (connection) => {
    const tables = ['inputs', 'leases', 'messages', 'campaigns', 'sender_paces', 'country_prices', 'opt_outs'];
    for (const table of [...tables, 'status_events', 'outgoing_events', 'replies', 'pseudonym_key']) {
      await connection.run(raw(`delete from ${table}`));
    }
  });
  return new Proxy(ledger, {
    get: (_, name: keyof Ledger) =>
      name === 'messages' || name === 'optOuts'
        ? async function* (...args: never[]) {
            await emptied;
            yield* (ledger[name] as (...all: never[]) => AsyncIterable<unknown>)(...args);
          }
        : async (...args: never[]) => {
            await emptied;
            return (ledger[name] as (...all: never[]) => unknown)(...args);
          },
  });
}

describe('the PostgreSQL ledger', () => {
  ledgerContract(open);

  it('is read through whole when it is asked whether it is damaged', async () => {
    const there = await database.read((connection) =>
      connection.raw("select tablename as name from pg_tables where schemaname = 'volley'", []),
    );
    const names = there.map(({ name }) => String(name)).filter((name) => name !== 'schema_version');
    expect(names.length).toBeGreaterThan(10);
    expect(await ledger.damage()).toBeUndefined();
    const rename = (from: string, to: string) =>
      database.alone((connection) => connection.run(raw(`alter table ${from} rename to ${to}`)));
    for (const name of names) {
      await rename(name, 'hidden');
      await expect(ledger.damage(), name).rejects.toThrow(name);
      await rename('hidden', name);
    }
  });
});
