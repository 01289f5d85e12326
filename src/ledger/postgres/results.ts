import type { AttemptRecord } from '../../core/outcome/after-send.ts';
import type { Evidence } from '../rules/confirm.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import { recordResults, toConfirm } from '../rules/record.ts';
import type { Lease } from '../runs.ts';
import type { Connection } from './driver.ts';
import type { Gate } from './gates.ts';
import { evidenceOf, outcomeColumns, writeOutcomes } from './outcomes.ts';
import { pauseSenders } from './paces.ts';
import { sql } from './sql.ts';

/** The gates of a run that claims or writes results. */
export function runGates({ campaignId }: Lease, results: readonly AttemptRecord[]): readonly Gate[] {
  return [
    { kind: 'campaign', keys: [campaignId], isShared: true },
    { kind: 'sid', keys: results.flatMap(({ change }) => change.sid ?? []), isShared: true },
  ];
}

/** What a set of results is judged by, as far as it comes from the ledger. */
export interface Known extends Evidence {
  readonly rows: ReadonlyMap<string, OutcomeRow>;
}

/** Reads, and locks, what results are about; for use inside a transaction, behind the run's gates. */
export async function readForResults(
  connection: Connection,
  { owner }: Lease,
  results: readonly AttemptRecord[],
): Promise<Known> {
  const sids = results.flatMap(({ change }) => change.sid ?? []);
  // The rows first: who takes a callback in meanwhile waits for them, or was first and is seen.
  const [rows, evidence] = await Promise.all([
    claimedRows(connection, owner, results),
    evidenceOf(connection, sids, (owners) => toConfirm(results, owners)),
  ]);
  return { ...evidence, rows };
}

/** Sends off the results of one run, in sets, before it first waits; for use inside a transaction, after they were read for. */
export async function writeResults(
  connection: Connection,
  { campaignId }: Lease,
  { results, known, isRecalled, at }: Writing,
): Promise<void> {
  if (known.rows.size === 0) return;
  const recorded = recordResults(results, { ...known, isRecalled, at });
  const { spentMore, pauses } = recorded;
  await Promise.all([
    writeOutcomes(connection, recorded),
    spentMore === 0
      ? undefined
      : connection.run(sql`update campaigns set spent = spent + ${spentMore}::float8
          where id = ${campaignId} and max_cost is not null`),
    pauseSenders(connection, pauses),
  ]);
}

/** Results that are to be written. */
export interface Writing {
  readonly results: readonly AttemptRecord[];
  readonly known: Known;
  readonly isRecalled: boolean;
  /** The ledger's clock, in milliseconds since 1970. */
  readonly at: number;
}

async function claimedRows(
  connection: Connection,
  owner: string,
  results: readonly AttemptRecord[],
): Promise<ReadonlyMap<string, OutcomeRow>> {
  if (results.length === 0) return new Map();
  const rows = await connection.all<OutcomeRow>(sql`
    select ${outcomeColumns} from messages m join unnest(${results.map(({ messageId }) => messageId)}::text[],
      ${results.map(({ attempt }) => attempt)}::int[]) r (id, attempt) on m.id = r.id and m.attempts = r.attempt
    where m.owner = ${owner} and m.state = 'claimed' order by m.seq for no key update of m`);
  return new Map(rows.map((row) => [row.id, row]));
}
