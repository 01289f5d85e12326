import type { NewRow } from '../rules/new-rows.ts';
import type { Database } from './driver.ts';

/** Where rows go, and how they are numbered and kept. */
interface Insertion {
  readonly campaignId: string;
  readonly idPrefix: string;
  /** False: texts are kept only until their message has its outcome. */
  readonly storesText: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Inserts rows in their order. It does not look for rows of the same key: whoever adds to a campaign leaves those out
 * before, and a plan finds them once all of its rows are there. For use inside a transaction.
 */
export function rowInserter(
  database: Database,
  { campaignId, idPrefix, storesText, at }: Insertion,
): (rows: readonly NewRow[]) => void {
  const insert = database.prepare(`
    insert into messages (id, campaign_id, line, key, recipient, sender, request, state, segments, reason, issues,
      country, quiet_hours, due_at, text_kept, written_at)
    values (:id, :campaignId, :line, :key, :recipient, :sender, :request, :state, :segments, :reason, :issues,
      :country, :quietHours, :dueAt, :textKept, :at)`);
  const textKept = storesText ? 'always' : 'until-sent';
  let count = 0;
  return (rows) => {
    insert.runAll(
      rows.map((row) => ({
        ...valuesOf(row),
        id: `${idPrefix}-${++count}`,
        campaignId,
        sender: row.sender,
        country: row.country,
        textKept,
        at,
      })),
    );
  };
}

/** What a row is in the columns that a plan and the ledger both have. */
export const valuesOf = (row: NewRow) => ({
  line: row.line,
  key: row.key,
  recipient: row.recipient,
  request: row.request && JSON.stringify(row.request),
  state: row.state,
  segments: row.segments,
  reason: row.reason,
  issues: row.issues && JSON.stringify(row.issues),
  quietHours: row.quietHours,
  dueAt: row.dueAt,
});
