import type { MessageRow } from '../rows.ts';
import type { NewRow } from '../rules/new-rows.ts';
import { duplicateOf } from '../statements.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './driver.ts';
import { messageColumns } from './rows.ts';
import { json, raw, type Sql, sql, storable } from './sql.ts';

/** Where rows go, and how they are numbered and kept. */
export interface Insertion {
  readonly campaignId: string;
  readonly idPrefix: string;
  /** The number of the first row in its id; absent: 1. */
  readonly first?: number;
  /** False: texts are kept only until their message has its outcome. */
  readonly storesText: boolean;
  readonly clock: Clock;
}

/** Adds rows to a plan; one whose key an earlier row has is kept as skipped. For use inside a transaction. */
export async function planRows(connection: Connection, insertion: Insertion, rows: readonly NewRow[]): Promise<void> {
  const lines = new Map<string, number>();
  const marked = rows.map((row): MarkedRow => {
    const earlier = row.key === null ? undefined : lines.get(row.key);
    if (earlier !== undefined) return { ...row, earlierLine: earlier };
    if (row.key !== null) lines.set(row.key, row.line);
    return row;
  });
  await connection.run(insert(insertion, marked, { which: sql``, end: sql`` }));
}

/** Adds rows whose key is not there yet; returns those. For use inside a transaction. */
export function addRows(connection: Connection, insertion: Insertion, rows: readonly NewRow[]): Promise<MessageRow[]> {
  return connection.all<MessageRow>(
    insert(insertion, rows, {
      which: sql`where earlier_line is null`,
      end: sql`on conflict (campaign_id, key) where key is not null do nothing returning ${messageColumns}`,
    }),
  );
}

interface MarkedRow extends NewRow {
  /** The line of the row before it in the same set that has its key. */
  readonly earlierLine?: number;
}

/** `which` of the rows `marked` are inserted, and how the statement ends. */
interface Ending {
  readonly which: Sql;
  readonly end: Sql;
}

function insert(
  { campaignId, idPrefix, first = 1, storesText, clock }: Insertion,
  rows: readonly MarkedRow[],
  { which, end }: Ending,
): Sql {
  // The earlier row by a subquery, not a join: for a plan that grows, the server would take the join for a small one.
  return sql`
    with given as materialized (
      select given.*, coalesce(in_set, (select line from messages t where t.campaign_id = ${campaignId} and t.key = given.key))
        as earlier_line from ${table(rows)})
    insert into messages (id, campaign_id, line, key, recipient, sender, request, state, segments, reason, issues,
      country, quiet_hours, due_at, text_kept, written_at)
    select ${`${idPrefix}-`} || (${first - 1}::bigint + n), ${campaignId}, line, case when earlier_line is null then key end,
      recipient, sender, case when ${storesText} or earlier_line is null then request::json end,
      case when earlier_line is null then state else 'skipped' end, segments,
      case when earlier_line is null then reason else ${raw(duplicateOf('earlier_line'))} end, issues::json, country,
      quiet_hours, due_at, ${storesText ? 'always' : 'until-sent'}, ${clock()}
    from given ${which} order by n ${end}`;
}

/** The rows as a table `given`, in columns: a million of them are sent a little faster so than as JSON. */
function table(rows: readonly MarkedRow[]): Sql {
  const column = <T>(of: (row: MarkedRow) => T | undefined) => rows.map((row) => of(row) ?? null);
  const texts = (of: (row: MarkedRow) => string | null) =>
    column((row) => {
      const text = of(row);
      return text === null ? undefined : storable(text);
    }) as readonly string[];
  return sql`unnest(${column(({ line }) => line)}::bigint[], ${texts(({ key }) => key)}::text[],
      ${texts(({ recipient }) => recipient)}::text[], ${texts(({ sender }) => sender)}::text[],
      ${texts(({ request }) => request && json(request))}::text[], ${texts(({ state }) => state)}::text[],
      ${column(({ segments }) => segments)}::int[], ${texts(({ reason }) => reason)}::text[],
      ${texts(({ issues }) => issues && json(issues))}::text[],
      ${texts(({ country }) => country)}::text[], ${texts(({ quietHours }) => quietHours)}::text[],
      ${column(({ dueAt }) => dueAt)}::bigint[], ${column(({ earlierLine }) => earlierLine)}::bigint[])
    with ordinality given (line, key, recipient, sender, request, state, segments, reason, issues, country, quiet_hours,
      due_at, in_set, n)`;
}
