import type { Ledger } from '../ledger.ts';
import { outcomeColumns, toUnknown, type UnknownRow } from '../rows.ts';
import type { OutcomeRow } from '../rules/outcome.ts';
import { resolveUnknowns } from '../rules/resolve.ts';
import { isSettled } from '../statements.ts';
import type { Database } from './driver.ts';
import { outcomeReader, outcomeWriter } from './outcomes.ts';

/** Messages of which no answer came: reading them, and writing what became of them. */
export function resolving(database: Database): Pick<Ledger, 'unknowns' | 'takenSids' | 'countOpen' | 'resolve'> {
  const unknowns = database.prepare<UnknownRow>(`select id, request, claimed_at, clock_ahead_ms from messages
    where campaign_id = :campaignId and ${isSettled} and state = 'unknown' order by +seq`);
  const taken = database.prepare<{ sid: string }>(
    'select sid from messages where sid in (select value from json_each(:sids))',
  );
  const countOpen = database.prepare<{ n: number }>(`select count(*) as n from messages
    where recipient = :to and state in ('claimed', 'unknown') and id not in (select value from json_each(:except))`);
  const resolve = resolver(database);
  return {
    unknowns: async (campaignId) => unknowns.all({ campaignId }).map(toUnknown),
    takenSids: async (sids) => new Set(taken.all({ sids: JSON.stringify(sids) }).map(({ sid }) => sid)),
    countOpen: async (to, except) => countOpen.get({ to, except: JSON.stringify(except) })?.n ?? 0,
    resolve: async (lease, resolutions) => database.transaction(() => resolve(lease, resolutions)),
  };
}

function resolver(database: Database): (...args: Parameters<Ledger['resolve']>) => void {
  const run = database.prepare<{ recalled_at: number | null }>(`select c.recalled_at from campaigns c
    join leases l on l.campaign_id = c.id where c.id = :campaignId and l.owner = :owner`);
  const read = database.prepare<OutcomeRow>(`select ${outcomeColumns} from json_each(:ids) i
    cross join messages m on m.id = i.value where m.state = 'unknown'`);
  const { evidenceOf } = outcomeReader(database);
  const write = outcomeWriter(database);
  return ({ campaignId, owner }, resolutions) => {
    const held = run.get({ campaignId, owner });
    if (!held) return;
    const ids = resolutions.map(({ messageId }) => messageId);
    const sids = resolutions.flatMap(({ change }) => change.sid ?? []);
    const rows = new Map(read.all({ ids: JSON.stringify(ids) }).map((row) => [row.id, row]));
    write(
      resolveUnknowns(resolutions, { ...evidenceOf(sids, () => ids), rows, isRecalled: held.recalled_at !== null }),
    );
  };
}
