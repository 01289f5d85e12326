import { describe } from 'vitest';
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
});
