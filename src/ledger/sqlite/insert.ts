import type { NewRow } from '../rules/new-rows.ts';
import type { Database } from './driver.ts';

/** Where rows go. */
interface Insertion {
  readonly campaignId: string;
  readonly idPrefix: string;
  /** False: texts go once their message has its outcome. */
  readonly storesText: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

/** Inserts rows, in their order, whose keys are not there yet or are looked at later; for use inside a transaction. */
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
        id: `${idPrefix}-${++count}`,
        campaignId,
        line: row.line,
        key: row.key,
        recipient: row.recipient,
        sender: row.sender,
        request: row.request && JSON.stringify(row.request),
        state: row.state,
        segments: row.segments,
        reason: row.reason,
        issues: row.issues && JSON.stringify(row.issues),
        country: row.country,
        quietHours: row.quietHours,
        dueAt: row.dueAt,
        textKept,
        at,
      })),
    );
  };
}
