import type { OptOut } from '../consent.ts';
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

/** Writes one entry of the suppression list, unless it is there; for use inside a transaction. */
export function optOutAdder(database: Database): (optOut: OptOut) => boolean {
  const insert = database.prepare(
    'insert into opt_outs (address, sender, source, at) values (:address, :sender, :source, :at) on conflict do nothing',
  );
  return ({ address, sender = '', source, at }) => insert.run({ address, sender, source, at }) > 0;
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
    addOptOuts: async (optOuts) => database.transaction(() => optOuts.filter(add).length),
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
