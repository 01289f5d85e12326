import type { OptOut } from '../../core/recipient/consent.ts';
import type { Ledger } from '../ledger.ts';
import type { Connection, Database } from './driver.ts';
import { json, raw, type Sql, sql } from './sql.ts';

/**
 * True of a row whose recipient has opted out. Somebody who opted out of everything by number is not written to on
 * WhatsApp either. `row`: the name under which a statement has recipient and sender.
 */
export function hasOptedOut(row: string): Sql {
  return raw(`(exists (select 1 from opt_outs o where o.address = ${row}.recipient and o.sender in ('', ${row}.sender))
    or exists (select 1 from opt_outs o where o.sender = ''
      and o.address = substr(${row}.recipient, strpos(${row}.recipient, ':') + 1)))`);
}

/** What a skipped row's reason says. */
export const optedOut = 'opted out';

/** How many entries are read at a time. */
const pageRows = 1000;

/** Writes entries of the suppression list that are not there yet; for use inside a transaction. Returns how many. */
export async function addOptOuts(connection: Connection, optOuts: readonly OptOut[]): Promise<number> {
  if (optOuts.length === 0) return 0;
  // In their order: two that add the same ones wait for each other only one way.
  return connection.run(sql`insert into opt_outs (address, sender, source, at)
    select address, coalesce(sender, ''), source, at
    from json_to_recordset(${json(optOuts)}) as r (address text, sender text, source text, at bigint)
    order by 1, 2 on conflict do nothing`);
}

/** The suppression list. */
export function postgresOptOuts(database: Database): Pick<Ledger, 'addOptOuts' | 'removeOptOut' | 'optOuts'> {
  const page = (address: string, sender: string) =>
    database.read((connection) =>
      connection.all<Required<OptOut>>(sql`select address, sender, source, at from opt_outs
        where (address, sender) > (${address}, ${sender}) order by address, sender limit ${pageRows}`),
    );
  return {
    addOptOuts: (optOuts) => database.transaction([], (connection) => addOptOuts(connection, optOuts)),
    removeOptOut: (address, sender = undefined) =>
      database.transaction([], (connection) =>
        connection.run(sql`delete from opt_outs
          where address = ${address} and (${sender ?? null}::text is null or sender = ${sender ?? null})`),
      ),
    optOuts: async function* () {
      let last = { address: '', sender: '' };
      for (;;) {
        const rows = await page(last.address, last.sender);
        yield* rows.map(({ sender, ...row }): OptOut => ({ ...row, ...(sender !== '' && { sender }) }));
        const end = rows.at(-1);
        if (!end) return;
        last = end;
      }
    },
  };
}
