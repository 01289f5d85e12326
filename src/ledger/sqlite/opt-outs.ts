import type { OptOut } from '../../core/recipient/consent.ts';
import type { Ledger } from '../ledger.ts';
import type { Database } from './driver.ts';

/**
 * SQL that is true of a message whose recipient has opted out. Somebody who opted out of everything by number
 * is not written to on WhatsApp either.
 */
export const hasOptedOut = `exists (select 1 from opt_outs o where
  (o.address = messages.recipient and o.sender in ('', messages.sender))
  or (o.sender = '' and o.address = substr(messages.recipient, instr(messages.recipient, ':') + 1)))`;

/** What a skipped row's reason says. */
export const optedOut = 'opted out';

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

/** The suppression list. */
export function sqliteOptOuts(database: Database): Pick<Ledger, 'addOptOuts' | 'removeOptOut' | 'optOuts'> {
  const add = optOutAdder(database);
  const remove = database.prepare(
    'delete from opt_outs where address = :address and (:sender is null or sender = :sender)',
  );
  const page = database.prepare<OptOutRow>(
    `select address, sender, source, at from opt_outs
     where (address, sender) > (:address, :sender) order by address, sender limit 1000`,
  );
  return {
    addOptOuts: async (optOuts) => database.transaction(() => add(optOuts)),
    removeOptOut: async (address, sender = undefined) => remove.run({ address, sender: sender ?? null }),
    optOuts: async function* () {
      let last: { address: string; sender: string } = { address: '', sender: '' };
      for (;;) {
        const rows = page.all({ address: last.address, sender: last.sender });
        yield* rows.map(({ sender, ...row }): OptOut => ({ ...row, ...(sender !== '' && { sender }) }));
        const end = rows.at(-1);
        if (!end) return;
        last = end;
      }
    },
  };
}
