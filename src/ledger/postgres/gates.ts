import { createHash } from 'node:crypto';
import type { Connection } from './driver.ts';
import { raw } from './sql.ts';

/**
 * What transactions wait for each other at. Who needs several kinds takes them in this order, so no two wait for one
 * another:
 *
 *   schema    bringing the tables up to date
 *   input     publishing a plan of the same input
 *   name      publishing under the same name
 *   campaign  alone: taking, recalling or adding to a campaign; shared: claims and results of it
 *   sid       alone: receipts; shared: results that give a message its SID. Neither may miss the other.
 */
const kinds = ['schema', 'input', 'name', 'campaign', 'sid'] as const;

/** A lock that lasts until the end of its transaction. */
export interface Gate {
  readonly kind: (typeof kinds)[number];
  readonly keys: readonly string[];
  /** Shared: for those that go on beside each other; else nobody else is let in. */
  readonly isShared?: boolean;
}

/** Waits at a gate that was not known when the transaction began. */
export async function enter(connection: Connection, gate: Gate): Promise<void> {
  // A statement of its own: one that waits sees the ledger as it was before.
  if (gate.keys.length > 0) await connection.all(raw(lockText(gate)));
}

/** Keeps our advisory locks apart from those of other programs in the same database: "vol" and a kind. */
const advisoryClass = 0x766f6c00;

/** Few enough that a set of any size fits the server's table of locks. */
const mostKeys = 256;

/** The statement that waits at a gate: by numbers, in order. */
export function lockText({ kind, keys, isShared = false }: Gate): string {
  const numbers = [...new Set(keys.map((key) => numberOf(key, kind === 'sid' ? mostKeys : 2 ** 31)))].sort(
    (a, b) => a - b,
  );
  const lock = `pg_advisory_xact_lock${isShared ? '_shared' : ''}`;
  return `select ${lock}(${advisoryClass + kinds.indexOf(kind)}, key) from unnest('{${numbers}}'::int[]) key`;
}

/** Two keys with one number wait for each other without need, and that is all. */
function numberOf(key: string, below: number): number {
  return createHash('sha1').update(key).digest().readUInt32BE() % below;
}
