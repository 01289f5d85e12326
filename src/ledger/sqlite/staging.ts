import { notShared, recalled } from '../../errors.ts';
import { newId } from '../ids.ts';
import type { Campaign, NewCampaign, Staging } from '../plans.ts';
import { type CampaignRow, type MessageRow, messageColumns, toCampaign, toMessage } from '../rows.ts';
import { freshNames } from '../rules/names.ts';
import { dropAbandoned, dropPlan } from './abandoned.ts';
import type { Database } from './driver.ts';
import { campaignsOfInput } from './inputs.ts';
import { planKeys } from './keys.ts';
import { planRowAdder } from './plan-rows.ts';
import { makePlanTables, type PlanTables } from './plan-tables.ts';
import { planTotals } from './plan-totals.ts';
import { chunkRows, copyPlan, publish } from './publish.ts';
import { adoptPseudonyms } from './purge.ts';

/** Where rows are staged: the ledger's connection, its file, and its clock in milliseconds since 1970. */
export interface StagingPlace {
  readonly database: Database;
  readonly path: string;
  readonly now: () => number;
}

/** Begins a plan, in tables of its own beside the ledger; see `Staging`. */
export function stageInSqlite(place: StagingPlace, campaign: NewCampaign): Staging {
  const { database, path, now } = place;
  const { source, storesText = true } = campaign;
  const id = newId();
  dropAbandoned(database, now());
  const name = campaign.name ?? freshName(database, campaign.stem, id, now());
  const begin = () => beginCampaign(database, { id, name, source, at: now(), storesText: storesText ? 1 : 0 });
  begin();
  const tables = makePlanTables(database, id);
  const add = planRowAdder(database, tables, storesText);
  const findKeys = planKeys(database, tables, storesText);
  const totals = planTotals(database, tables);
  const targetId = () => targetOf(database, name);
  const staged = (state: string, limit: number) => {
    findKeys();
    return readPlan(database, tables, { state, limit });
  };
  const commit = (inputHash: string, sameInput: () => Campaign | undefined): Campaign | { sameAs: Campaign } => {
    findKeys();
    const rows = rowsOf(database, tables);
    const copy = (inTransaction: <T>(work: () => T) => T): void => {
      inTransaction(begin);
      copyPlan(database, { id, tables, rows, storesText, at: now() }, inTransaction);
    };
    const isLarge = rows > chunkRows;
    if (isLarge) copy(database.transaction);
    const written = database.transaction(() => {
      const sameAs = sameInput();
      if (sameAs) return { sameAs };
      refuseRecalled(database, name);
      if (!isLarge) copy((work) => work());
      const target = targetId();
      // Again, under the lock: the campaign may have been purged since the plan was shown.
      adoptPseudonyms(database, path, target, {
        rows: 'messages',
        keys: 'message_keys',
        where: `campaign_id = '${id}'`,
      });
      const campaignId = publish(database, { id, target, currency: totals.currency() });
      database
        .prepare('insert or replace into inputs (hash, campaign_id, at) values (:inputHash, :campaignId, :at)')
        .run({ inputHash, campaignId, at: now() });
      return readCampaign(database, campaignId);
    });
    tables.drop();
    return written;
  };

  return {
    name,
    add: async (rows) => add(rows),
    plan: async () => {
      findKeys();
      adoptPseudonyms(database, path, targetId(), { ...tables, where: 'true' });
      return totals.plan(targetId(), now());
    },
    destinations: async () => {
      findKeys();
      return totals.destinations(targetId(), now());
    },
    price: async (prices, currency) => totals.price(prices, currency),
    samples: async (limit) => staged('pending', limit),
    invalid: async (limit) => staged('invalid', limit),
    commit: async (inputHash, together) => {
      if (together) throw notShared();
      const written = commit(inputHash, () => undefined);
      if ('sameAs' in written) throw new Error('nobody asked for the same input');
      return written;
    },
    commitUnlessSame: async (inputHash, since, together) => {
      if (together) throw notShared();
      // Asked under the lock: another process may have sent the same input meanwhile.
      return commit(inputHash, () => campaignsOfInput(database)(inputHash, since)[0]);
    },
    discard: async () => {
      tables.drop();
      database.transaction(() => dropPlan(database, id));
    },
  };
}

/** Reserves the name of a plan, or says that the plan is still alive; for use inside a transaction or alone. */
function beginCampaign(
  database: Database,
  values: Readonly<Record<'id' | 'name' | 'source', string> & Record<'at' | 'storesText', number>>,
): void {
  database
    .prepare(`insert into campaigns (id, name, source, created_at, touched_at, stores_text)
      values (:id, :name, :source, :at, :at, :storesText) on conflict (id) do update set touched_at = :at`)
    .run(values);
}

/** The campaign of this name; empty: there is none yet. */
const targetOf = (database: Database, name: string): string =>
  database.prepare<{ id: string }>('select id from campaigns where name = :name and ready = 1').get({ name })?.id ?? '';

function freshName(database: Database, stem: string, id: string, at: number): string {
  const { short, long } = freshNames(stem, id, at);
  const isTaken = database.prepare('select 1 from campaigns where name = :short').get({ short }) !== undefined;
  return isTaken ? long : short;
}

const rowsOf = (database: Database, { rows }: PlanTables): number =>
  database.prepare<{ n: number }>(`select coalesce(max(seq), 0) as n from ${rows}`).get()?.n ?? 0;

function readPlan(
  database: Database,
  { messages }: PlanTables,
  values: { readonly state: string; readonly limit: number },
) {
  return database
    .prepare<MessageRow>(`select ${messageColumns} from ${messages} where state = :state order by seq limit :limit`)
    .all(values)
    .map(toMessage);
}

function refuseRecalled(database: Database, name: string): void {
  const found = database
    .prepare('select 1 from campaigns where name = :name and ready = 1 and recalled_at is not null')
    .get({ name });
  if (found !== undefined) throw recalled(name);
}

/** A campaign by its id, which must exist. */
function readCampaign(database: Database, id: string): Campaign {
  const row = database
    .prepare<CampaignRow>('select id, name, source, created_at from campaigns where id = :id')
    .get({ id });
  if (!row) throw new Error(`campaign ${id} has vanished from the ledger`);
  return toCampaign(row);
}
