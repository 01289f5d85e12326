import { inject } from 'vitest';
import { describe } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import { afterwardsContract } from '../contracts/afterwards.ts';
import { ledgerContract } from '../contracts/ledger.ts';

const address = await (await fetch(inject('databases'))).text();
let schemas = 0;

function open(clock: { now: number }): Ledger {
  const opening = openPostgresLedger(`${address}?schema=ledger_${++schemas}`, () => clock.now);
  opening.catch(() => undefined);
  return new Proxy({} as Ledger, {
    get: (_, name: keyof Ledger) =>
      name === 'messages' || name === 'optOuts'
        ? async function* (...args: never[]) {
            yield* ((await opening)[name] as (...all: never[]) => AsyncIterable<unknown>)(...args);
          }
        : async (...args: never[]) => ((await opening)[name] as (...all: never[]) => unknown)(...args),
  });
}

describe('the PostgreSQL ledger', () => {
  ledgerContract(open);
  afterwardsContract(open);
});
