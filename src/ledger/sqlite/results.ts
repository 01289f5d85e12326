import type { AttemptRecord } from '../../core/outcome/after-send.ts';
import { outcomeColumns } from '../rows.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import { recordResults, toConfirm } from '../rules/record.ts';
import type { Lease } from '../runs.ts';
import type { Database } from './driver.ts';
import { outcomeReader, outcomeWriter } from './outcomes.ts';
import { paces } from './paces.ts';

/** Writes the results of one run in sets; for use inside a transaction. `now`: the ledger's clock, in milliseconds since 1970. */
export function resultWriter(
  database: Database,
  now: () => number,
): (lease: Lease, results: readonly AttemptRecord[]) => void {
  const claimed = database.prepare<OutcomeRow>(`
    select ${outcomeColumns} from json_each(:results) r join messages m on m.id = r.value ->> 0
    where m.owner = :owner and m.attempts = r.value ->> 1 and m.state = 'claimed'`);
  const campaign = database.prepare<{ recalled_at: number | null }>(
    'select recalled_at from campaigns where id = :campaignId',
  );
  const spend = database.prepare(
    'update campaigns set spent = spent + :spentMore where id = :campaignId and max_cost is not null',
  );
  const { evidenceOf } = outcomeReader(database);
  const write = outcomeWriter(database);
  const { pause } = paces(database);

  return ({ campaignId, owner }, results) => {
    const named = JSON.stringify(results.map(({ messageId, attempt }) => [messageId, attempt]));
    const rows = claimed.all({ owner, results: named });
    if (rows.length === 0) return;
    const sids = results.flatMap(({ change }) => change.sid ?? []);
    const recorded = recordResults(results, {
      ...evidenceOf(sids, (owners) => toConfirm(results, owners)),
      rows: new Map(rows.map((row) => [row.id, row])),
      isRecalled: (campaign.get({ campaignId })?.recalled_at ?? null) !== null,
      at: now(),
    });
    write(recorded);
    const { spentMore, pauses } = recorded;
    if (spentMore !== 0) spend.run({ campaignId, spentMore });
    pause(pauses);
  };
}
