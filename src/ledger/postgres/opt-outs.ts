import type { OptOut } from '../../core/recipient/consent.ts';
import type { Ledger } from '../ledger.ts';
import { type Suppression, sendersMeant, suppressedAddresses, suppression, toEntry } from '../rules/opt-outs.ts';
import type { Connection, Database } from './driver.ts';
import { json, raw, type Sql, sql } from './sql.ts';

/** How many entries are read at a time. */
const pageRows = 1000;

/** An entry of the list, empty where it counts for every sender. */
export interface ListedRow {
  readonly address: string;
  readonly sender: string;
}

/** What the suppression list says of recipients. */
export async function suppressionOf(connection: Connection, recipients: readonly string[]): Promise<Suppression> {
  const rows = await connection.all<ListedRow>(sql`select address, sender from opt_outs
    where address = any(${[...new Set(recipients.flatMap(suppressedAddresses))]})`);
  return suppression(rows.map(toEntry));
}

/** What the list says of a row's recipient, as JSON: it is read on the way. `row`: the name by which a statement has it. */
export const listedOf = (row: string): Sql =>
  raw(`(select json_agg(json_build_object('address', o.address, 'sender', o.sender)) from opt_outs o
    where o.address in (${row}.recipient, substr(${row}.recipient, strpos(${row}.recipient, ':') + 1)))`);

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
    removeOptOut: (address, sender) =>
      database.transaction([], async (connection) => {
        const rows = await connection.all<ListedRow>(
          sql`select address, sender from opt_outs where address = ${address}`,
        );
        const listed = rows.map((row) => row.sender);
        const senders = sender === undefined ? listed : sendersMeant(listed, sender);
        return connection.run(
          sql`delete from opt_outs where address = ${address} and sender = any(${senders}::text[])`,
        );
      }),
    optOuts: async function* () {
      let last = { address: '', sender: '' };
      for (;;) {
        const rows = await page(last.address, last.sender);
        yield* rows.map((row): OptOut => toEntry(row));
        const end = rows.at(-1);
        if (!end) return;
        last = end;
      }
    },
  };
}
