import { raw, type Sql, sql } from './sql.ts';

/** The ledger's clock, as a part of a statement: milliseconds since 1970. */
export type Clock = () => Sql;

const serverTime = raw('floor(extract(epoch from clock_timestamp()) * 1000)::bigint');

/**
 * The server's own clock: the one that all machines of a ledger share. With `now` that one instead, so that a test can
 * let days pass.
 */
export function clockOf(now: (() => number) | undefined): Clock {
  return now === undefined ? () => serverTime : () => sql`${now()}::bigint`;
}
