import type { ColumnKind, LedgerTables, TableReader, TableRow, TableShape, TableWriter } from '../tables.ts';
import { tableShapes } from '../tables.ts';
import { connect } from './connect.ts';
import type { Connection } from './driver.ts';
import { holderOf } from './leases.ts';
import { migrate } from './migrations/migrate.ts';
import { json, raw, type Sql, sql } from './sql.ts';

const lockedTables = [...tableShapes.map(({ name }) => name), 'leases'].join(', ');

/** How many rows are read at a time. */
const pageRows = 1000;

/** Opens a ledger on a server by its tables; see `openPostgresLedger` for the address and what is thrown. */
export async function openPostgresTables(address: string): Promise<LedgerTables> {
  const place = await connect(address);
  const { database } = place;
  try {
    await migrate(place);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    shown: database.shown,
    read: (work) =>
      database.alone(async (connection) => {
        await connection.run(raw('begin transaction isolation level repeatable read'));
        await connection.run(raw('set local idle_in_transaction_session_timeout = 0'));
        await connection.run(raw(`lock table ${lockedTables} in share mode`));
        const value = await work(readerOf(connection));
        await connection.run(raw('commit'));
        return value;
      }),
    write: (work) =>
      database.transaction([], async (connection) => {
        await connection.run(raw(`lock table ${lockedTables} in share row exclusive mode`));
        return work(writerOf(connection));
      }),
    close: () => database.close(),
  };
}

function readerOf(connection: Connection): TableReader {
  return {
    page: (table, after) => connection.all<TableRow>(pageOf(table, after)),
    pseudonymKey: async () =>
      (await connection.get<{ secret: string }>(raw('select secret from pseudonym_key')))?.secret,
    heldBy: () => holderOf(connection),
  };
}

function writerOf(connection: Connection): TableWriter {
  return {
    ...readerOf(connection),
    insert: async (table, rows) => {
      await connection.run(insertOf(table, rows));
      if (!('seq' in table.columns)) return;
      // What is added later comes after what was there before.
      const last = Math.max(...rows.map(({ seq }) => Number(seq)));
      await connection.get(sql`select setval(pg_get_serial_sequence(${table.name}, 'seq'),
        greatest(${last}::bigint, nextval(pg_get_serial_sequence(${table.name}, 'seq'))))`);
    },
    keepPseudonymKey: async (key) => {
      await connection.run(sql`insert into pseudonym_key (secret) values (${key})`);
    },
  };
}

const asRead: Readonly<Record<ColumnKind, (column: string) => string>> = {
  text: (column) => column,
  whole: (column) => column,
  real: (column) => column,
  json: (column) => column,
  flag: (column) => `${column}::int as ${column}`,
};

function pageOf({ name, columns, order }: TableShape, after: TableRow | undefined): Sql {
  const selected = Object.entries(columns).map(([column, kind]) => asRead[kind](column));
  const published = name === 'campaigns' ? 'ready' : 'true';
  // A reply may answer none of them.
  const ofPublished =
    'campaign_id' in columns
      ? '(campaign_id is null or campaign_id in (select id from campaigns where ready))'
      : published;
  return sql`select ${raw(selected.join(', '))} from ${raw(name)} where ${raw(ofPublished)}
    ${after === undefined ? sql`` : comesAfter({ columns, order }, after)}
    order by ${raw(order.join(', '))} limit ${pageRows}`;
}

function comesAfter({ columns, order }: Pick<TableShape, 'columns' | 'order'>, after: TableRow): Sql {
  const last = order.map((column) => sql`${after[column] ?? null}::${raw(types[columns[column] ?? 'text'])}`);
  return sql`and (${raw(order.join(', '))}) > (${last.reduce((all, next) => sql`${all}, ${next}`)})`;
}

const types: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  whole: 'bigint',
  real: 'double precision',
  flag: 'int',
  json: 'text',
};

const asWritten: Readonly<Record<ColumnKind, (column: string) => string>> = {
  text: (column) => column,
  whole: (column) => column,
  real: (column) => column,
  json: (column) => `${column}::json`,
  flag: (column) => `${column} <> 0`,
};

function insertOf({ name, columns }: TableShape, rows: readonly TableRow[]): Sql {
  const names = Object.keys(columns);
  const declared = Object.entries(columns).map(([column, kind]) => `${column} ${types[kind]}`);
  const written = Object.entries(columns).map(([column, kind]) => asWritten[kind](column));
  return sql`insert into ${raw(name)} (${raw(names.join(', '))})
    select ${raw(written.join(', '))} from json_to_recordset(${json(rows)}) as r (${raw(declared.join(', '))})`;
}
