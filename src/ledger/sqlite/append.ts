import type { PlannedRow } from '../../core/plan.ts';
import { newId } from '../ids.ts';
import type { Appended } from '../plans.ts';
import { type MessageRow, messageColumns, toMessage } from '../rows.ts';
import { eachKeyOnce, newRow } from '../rules/new-rows.ts';
import type { Database } from './driver.ts';
import { rowInserter } from './insert.ts';
import { keysSince } from './keys.ts';
import { knownIn } from './known.ts';
import { suppressionReader } from './opt-outs.ts';
import { purgedKeys } from './purge.ts';
import type { StagingPlace } from './staging.ts';

interface RunningCampaign {
  readonly recalled_at: number | null;
  readonly stores_text: number;
}

/** Adds rows to a campaign that is running; those whose key is there are passed over. */
export function appendToSqlite(
  { database, path, now }: StagingPlace,
  campaignId: string,
  rows: readonly PlannedRow[],
  mayStoreText: boolean,
): Appended {
  return database.transaction(() => {
    const { recalled_at = null, stores_text = 0 } =
      database
        .prepare<RunningCampaign>('select recalled_at, stores_text from campaigns where id = :campaignId')
        .get({ campaignId }) ?? {};
    const keyOf = purgedKeys(database, path, campaignId) ?? ((key: string) => key);
    const named = rows.map((row) => ({ row, ...(row.key !== undefined && { key: keyOf(row.key) }) }));
    const { news, passedOver } = eachKeyOnce(named, keysThere(database, campaignId, named));
    const storesText = mayStoreText && stores_text === 1;
    const isSuppressed = suppressionReader(database)(rows.map(({ to }) => to));
    const entry = { isSuppressed, storesText, isRecalled: recalled_at !== null };
    const after = lastSeq(database);
    const insert = rowInserter(database, { campaignId, idPrefix: newId(), storesText, at: now() });
    insert(news.map(({ row, ...key }) => newRow({ ...row, ...key }, entry)));
    database.prepare(keysSince).run({ campaignId, after });
    database.prepare('update campaigns set touched_at = :at where id = :campaignId').run({ at: now(), campaignId });
    const known = passedOver.map(({ row }) => row).flatMap(knownIn(database, campaignId, keyOf));
    return { added: news.length, skipped: skippedSince(database, campaignId, after), known };
  });
}

const lastSeq = (database: Database): number =>
  database.prepare<{ seq: number }>('select coalesce(max(seq), 0) as seq from messages').get()?.seq ?? 0;

/** The keys among these that a campaign has. */
function keysThere(
  database: Database,
  campaignId: string,
  rows: readonly Pick<PlannedRow, 'key'>[],
): ReadonlySet<string> {
  const found = database
    .prepare<{ key: string }>(`select m.key from json_each(:keys) k
      cross join message_keys m on m.campaign_id = :campaignId and m.key = k.value`)
    .all({ campaignId, keys: JSON.stringify(rows.flatMap(({ key }) => key ?? [])) });
  return new Set(found.map(({ key }) => key));
}

function skippedSince(database: Database, campaignId: string, after: number) {
  return database
    .prepare<MessageRow>(
      `select ${messageColumns} from messages where seq > :after and +campaign_id = :campaignId and +state = 'skipped'`,
    )
    .all({ campaignId, after })
    .map(toMessage);
}
