import type { OptOut } from '../../core/recipient/consent.ts';
import type { Ledger } from '../ledger.ts';
import { type Suppression, sendersMeant, suppressedAddresses, suppression, toEntry } from '../rules/opt-outs.ts';
import type { Database } from './driver.ts';

interface OptOutRow {
  readonly address: string;
  readonly sender: string;
  readonly source: string;
  readonly at: number;
}

/** Writes entries of the suppression list that are not there yet, and returns how many; for use inside a transaction. */
export function optOutAdder(database: Database): (optOuts: readonly OptOut[]) => number {
  const insert = database.prepare(`insert into opt_outs (address, sender, source, at)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(:rows) where true on conflict do nothing`);
  return (optOuts) => {
    const rows = optOuts.map(({ address, sender = '', source, at }) => [address, sender, source, at]);
    return rows.length === 0 ? 0 : insert.run({ rows: JSON.stringify(rows) });
  };
}

/** Reads what the suppression list says of recipients; for use inside a transaction. */
export function suppressionReader(database: Database): (recipients: readonly string[]) => Suppression {
  const isEmpty = database.prepare<{ n: number }>('select not exists (select 1 from opt_outs) as n');
  const read = database.prepare<{ address: string; sender: string }>(`select o.address, o.sender
    from json_each(:addresses) a cross join opt_outs o on o.address = a.value`);
  return (recipients) => {
    if (recipients.length === 0 || isEmpty.get()?.n === 1) return suppression([]);
    const addresses = JSON.stringify(recipients.flatMap(suppressedAddresses));
    return suppression(read.all({ addresses }).map(toEntry));
  };
}

/** The suppression list. */
export function sqliteOptOuts(database: Database): Pick<Ledger, 'addOptOuts' | 'removeOptOut' | 'optOuts'> {
  const add = optOutAdder(database);
  const sendersOf = database.prepare<{ sender: string }>('select sender from opt_outs where address = :address');
  const remove = database.prepare(`delete from opt_outs where address = :address
    and sender in (select value from json_each(:senders))`);
  const page = database.prepare<OptOutRow>(
    `select address, sender, source, at from opt_outs
     where (address, sender) > (:address, :sender) order by address, sender limit 1000`,
  );
  return {
    addOptOuts: async (optOuts) => database.transaction(() => add(optOuts)),
    removeOptOut: async (address, sender) =>
      database.transaction(() => {
        const listed = sendersOf.all({ address }).map((row) => row.sender);
        const senders = sender === undefined ? listed : sendersMeant(listed, sender);
        return remove.run({ address, senders: JSON.stringify(senders) });
      }),
    optOuts: async function* () {
      let last: { address: string; sender: string } = { address: '', sender: '' };
      for (;;) {
        const rows = page.all({ address: last.address, sender: last.sender });
        yield* rows.map((row): OptOut => toEntry(row));
        const end = rows.at(-1);
        if (!end) return;
        last = end;
      }
    },
  };
}
