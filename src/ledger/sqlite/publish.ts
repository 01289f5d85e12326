import { isReplaced, isSettled, takenOver } from '../statements.ts';
import type { Database } from './driver.ts';
import type { PlanTables } from './plan-tables.ts';

/** How many rows go into the ledger in one commit: others can write in between. */
export const chunkRows = 20_000;

/** A plan on its way from its own tables into those of the ledger. */
interface Copying {
  readonly id: string;
  readonly tables: PlanTables;
  /** How many rows it has. */
  readonly rows: number;
  readonly storesText: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

const copied =
  'id, campaign_id, line, key, recipient, sender, request, state, segments, reason, issues, country, unit_price, quiet_hours, due_at';

/** Copies a plan into the ledger, where it counts for nothing before it is published. `inTransaction` is called for each chunk. */
export function copyPlan(database: Database, copying: Copying, inTransaction: <T>(work: () => T) => T): void {
  const offsetAt = copyRows(database, copying, inTransaction);
  copyKeys(database, copying, inTransaction, offsetAt);
}

/** Returns SQL for how far the number of a message is from that of its row, `seq`: others may have written in between. */
function copyRows(
  database: Database,
  { tables, rows, storesText, at }: Copying,
  inTransaction: <T>(work: () => T) => T,
): string {
  const copy = database.prepare(`insert into main.messages (${copied}, text_kept, written_at)
    select ${copied}, :textKept, :at from ${tables.messages} where seq > :from and seq <= :to order by seq`);
  const last = database.prepare<{ seq: number }>('select max(seq) as seq from main.messages');
  const textKept = storesText ? 'always' : 'until-sent';
  const offsets: { readonly from: number; readonly offset: number }[] = [];
  for (let from = 0; from < rows; from += chunkRows) {
    const to = Math.min(rows, from + chunkRows);
    const offset = inTransaction(() => {
      copy.run({ from, to, textKept, at });
      return (last.get()?.seq ?? 0) - to;
    });
    if (offsets.at(-1)?.offset !== offset) offsets.push({ from, offset });
  }
  return offsetIn(offsets);
}

function offsetIn(offsets: readonly { readonly from: number; readonly offset: number }[]): string {
  const cases = offsets.map(({ from, offset }) => `when seq > ${from} then ${offset}`).toReversed();
  return cases.length === 0 ? '0' : `case ${cases.join(' ')} end`;
}

function copyKeys(
  database: Database,
  { id, tables: { keys } }: Copying,
  inTransaction: <T>(work: () => T) => T,
  offset: string,
): void {
  const next = database.prepare<{ last: string | null; count: number }>(`select max(key) as last, count(*) as count
    from (select key from ${keys} where key > :after order by key limit ${chunkRows})`);
  const copy = database.prepare(`insert into message_keys select :id, key, seq + ${offset} from ${keys}
    where key > :after and key <= :last order by key`);
  // No key is empty: what has none is a row that is wrong.
  for (let after = ''; ; ) {
    const { last, count } = next.get({ after }) ?? { last: null, count: 0 };
    if (last === null) return;
    inTransaction(() => copy.run({ id, after, last }));
    if (count < chunkRows) return;
    after = last;
  }
}

/** A plan in the tables of the ledger, the campaign of its name (empty: there is none), and the currency of its prices. */
interface Copied {
  readonly id: string;
  readonly target: string;
  readonly currency: string | null;
}

/** Makes a copied plan count, for use inside a transaction. Returns the id of its campaign. */
export function publish(database: Database, copy: Copied): string {
  if (copy.target !== '') return merge(database, copy);
  const { id, currency } = copy;
  database.prepare('update campaigns set ready = 1, currency = :currency where id = :id').run({ id, currency });
  return id;
}

/** The keys that a plan (`:id`, as sk) and the campaign it is for (`:target`, as tk) have both. */
const keysOfBoth = `(select seq, key from message_keys where campaign_id = :target) tk
  cross join message_keys sk on sk.campaign_id = :id and sk.key = tk.key`;

/** Moves into a campaign that exists what it does not have yet; wrong and skipped rows are those of the latest input. */
function merge(database: Database, { id, target, currency }: Copied): string {
  const run = (sql: string) => database.prepare(sql).run({ id, target, currency });
  const isGone = `campaign_id = :target and ${isSettled} and ${isReplaced}`;
  run(`delete from message_keys where campaign_id = :target and seq in (select seq from messages where ${isGone})`);
  run(`delete from messages where ${isGone}`);
  run(`update messages as t set ${takenOver}
      from ${keysOfBoth} join messages s on s.seq = sk.seq where t.seq = tk.seq and t.state = 'pending'`);
  run(`delete from messages where seq in (select sk.seq from ${keysOfBoth})`);
  run(`delete from message_keys as k where campaign_id = :id
      and exists (select 1 from message_keys where campaign_id = :target and key = k.key)`);
  for (const table of ['messages', 'message_keys']) {
    run(`update ${table} set campaign_id = :target where campaign_id = :id`);
  }
  run('update campaigns set currency = coalesce(:currency, currency) where id = :target');
  run('delete from campaigns where id = :id');
  return target;
}
