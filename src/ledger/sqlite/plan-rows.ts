import type { PlannedRow } from '../../core/plan.ts';
import { type NewRow, newRow } from '../rules/new-rows.ts';
import type { Database } from './driver.ts';
import { valuesOf } from './insert.ts';
import { suppressionReader } from './opt-outs.ts';
import type { PlanTables } from './plan-tables.ts';

/** Adds rows to a plan; who has opted out is kept as skipped. Duplicates are found once all rows are there. */
export function planRowAdder(
  database: Database,
  tables: PlanTables,
  storesText: boolean,
): (rows: readonly PlannedRow[]) => void {
  const suppressionOf = suppressionReader(database);
  const destinationOf = destinationNumbers(database, tables);
  const insert = database.prepare(`insert into ${tables.rows}
    (line, key, recipient, destination, request, state, segments, reason, issues, quiet_hours, due_at)
    values (:line, :key, :recipient, :destination, :request, :state, :segments, :reason, :issues, :quietHours, :dueAt)`);
  return (rows) =>
    database.deferred(() => {
      const isSuppressed = suppressionOf(rows.map(({ to }) => to));
      insert.runAll(
        rows.map((row) => {
          const entry = newRow(row, { isSuppressed, storesText, isRecalled: false });
          return { ...valuesOf(entry), destination: destinationOf(entry) };
        }),
      );
    });
}

/** Numbers where to and by whom rows go: SQLite counts by a number in a fraction of the time that it takes by words. */
function destinationNumbers(database: Database, tables: PlanTables): (row: NewRow) => number {
  const insert = database.prepare(`insert into ${tables.destinations} (number, country, sender, has_media)
    values (:number, :country, :sender, :hasMedia)`);
  const numbers = new Map<string, number>();
  return ({ country, sender, request }) => {
    const hasMedia = request?.mediaUrl === undefined ? 0 : 1;
    const destination = `${country ?? ''} ${hasMedia} ${sender}`;
    const known = numbers.get(destination);
    if (known !== undefined) return known;
    const number = numbers.size + 1;
    insert.run({ number, country, sender, hasMedia });
    numbers.set(destination, number);
    return number;
  };
}
