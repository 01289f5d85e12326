import type { PlannedRow } from '../../core/plan.ts';
import { recalled } from '../../errors.ts';
import { newId } from '../ids.ts';
import type { Appended, Campaign, InTransaction, NewCampaign, Staging } from '../plans.ts';
import { type CampaignRow, type MessageRow, toCampaign, toMessage } from '../rows.ts';
import { freshNames } from '../rules/names.ts';
import { newRow } from '../rules/new-rows.ts';
import { optedOut } from '../rules/opt-outs.ts';
import { dropAbandoned, dropPlan } from './abandoned.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { enter } from './gates.ts';
import { campaignsOfInput } from './inputs.ts';
import { addRows, planRows } from './insert.ts';
import { knownOf } from './known.ts';
import { merge } from './merge.ts';
import { suppressionOf } from './opt-outs.ts';
import { planOf } from './plan.ts';
import { destinationsOf, type PlanPlace, priceIn } from './plan-prices.ts';
import { adoptPseudonyms, purgedKeys } from './purge.ts';
import { campaignColumns, messageColumns } from './rows.ts';
import { sql } from './sql.ts';

/** Where rows are staged, and the ledger's clock. */
export interface StagingPlace {
  readonly database: Database;
  readonly clock: Clock;
}

/** Begins a plan in the ledger; see `Staging`. */
export async function stageInPostgres(place: StagingPlace, campaign: NewCampaign): Promise<Staging> {
  const { database } = place;
  const id = newId();
  const name = await beginPlan(place, id, campaign);
  const storesText = campaign.storesText ?? true;
  let count = 0;
  const inPlan = <T>(work: (connection: Connection, plan: PlanPlace) => Promise<T>) =>
    database.transaction([], async (connection) => work(connection, { id, target: await targetOf(connection, name) }));
  const staged = (state: string, limit: number) =>
    database.read(async (connection) => {
      const rows = await connection.all<MessageRow>(sql`select ${messageColumns} from messages
        where campaign_id = ${id} and state = ${state} order by seq limit ${limit}`);
      return rows.map(toMessage);
    });

  return {
    name,
    add: async (rows) => {
      const first = count + 1;
      await database.transaction([], async (connection) => {
        const [isSuppressed] = await Promise.all([
          suppressionOf(
            connection,
            rows.map(({ to }) => to),
          ),
          touch(connection, id, place.clock),
        ]);
        const news = rows.map((row) => newRow(row, { isSuppressed, storesText, isRecalled: false }));
        await planRows(connection, { campaignId: id, idPrefix: id, first, storesText, clock: place.clock }, news);
      });
      count += rows.length;
    },
    plan: () =>
      inPlan(async (connection, plan) => {
        await adoptPseudonyms(connection, plan);
        return planOf(connection, plan, place.clock);
      }),
    destinations: () => inPlan(destinationsOf),
    price: (prices, currency) => database.transaction([], (connection) => priceIn(connection, id, prices, currency)),
    samples: (limit) => staged('pending', limit),
    invalid: (limit) => staged('invalid', limit),
    commit: (inputHash, together) =>
      database.transaction([{ kind: 'name', keys: [name] }], (connection) =>
        publish(connection, place, { id, name, inputHash, together }),
      ),
    commitUnlessSame: (inputHash, since, together) =>
      database.transaction(
        [
          { kind: 'input', keys: [inputHash] },
          { kind: 'name', keys: [name] },
        ],
        async (connection) => {
          // At the gate: another process may have sent the same input while this one asked.
          const [sameAs] = await campaignsOfInput(connection, inputHash, since);
          return sameAs ? { sameAs } : publish(connection, place, { id, name, inputHash, together });
        },
      ),
    discard: () => database.transaction([], (connection) => dropPlan(connection, id)),
  };
}

/** Writes down that a plan is begun; returns the name it goes by. */
function beginPlan({ database, clock }: StagingPlace, id: string, campaign: NewCampaign): Promise<string> {
  const { source, stem, storesText = true } = campaign;
  return database.transaction([{ kind: 'name', keys: [stem] }], async (connection) => {
    await dropAbandoned(connection, clock);
    const name = campaign.name ?? (await freshName(connection, { stem, id, clock }));
    await connection.run(sql`insert into campaigns (id, name, source, created_at, touched_at, stores_text)
      select ${id}, ${name}, ${source}, at, at, ${storesText} from (select ${clock()} as at) now`);
    return name;
  });
}

async function freshName(
  connection: Connection,
  { stem, id, clock }: { readonly stem: string; readonly id: string; readonly clock: Clock },
): Promise<string> {
  const now = await connection.get<{ at: number }>(sql`select ${clock()} as at`);
  const { short, long } = freshNames(stem, id, now?.at ?? 0);
  const taken = await connection.get(sql`select 1 from campaigns where name = ${short} limit 1`);
  return taken === undefined ? short : long;
}

async function targetOf(connection: Connection, name: string): Promise<string> {
  const found = await connection.get<{ id: string }>(sql`select id from campaigns where name = ${name} and ready`);
  return found?.id ?? '';
}

async function touch(connection: Connection, id: string, clock: Clock): Promise<void> {
  await connection.run(sql`update campaigns set touched_at = ${clock()} where id = ${id}`);
}

interface Publication {
  readonly id: string;
  readonly name: string;
  readonly inputHash: string;
  readonly together: InTransaction | undefined;
}

/** Makes the rows of a plan count; at the gate of its name. */
async function publish(
  connection: Connection,
  { clock }: StagingPlace,
  { id, name, inputHash, together }: Publication,
): Promise<Campaign> {
  const target = await targetOf(connection, name);
  if (target !== '') await enter(connection, { kind: 'campaign', keys: [target] });
  await refuseRecalled(connection, target, name);
  // Again: the campaign may have been purged since the plan was shown.
  await adoptPseudonyms(connection, { id, target });
  if (target === '') await connection.run(sql`update campaigns set ready = true where id = ${id}`);
  else await merge(connection, { id, target });
  const campaignId = target === '' ? id : target;
  await connection.run(sql`insert into inputs (hash, campaign_id, at) values (${inputHash}, ${campaignId}, ${clock()})
    on conflict (hash, campaign_id) do update set at = excluded.at`);
  const row = await connection.get<CampaignRow>(
    sql`select ${campaignColumns} from campaigns c where c.id = ${campaignId}`,
  );
  if (!row) throw new Error(`campaign ${campaignId} has vanished from the ledger`);
  const campaign = toCampaign(row);
  await together?.((text, values) => connection.raw(text, values), campaign);
  return campaign;
}

async function refuseRecalled(connection: Connection, target: string, name: string): Promise<void> {
  const found = await connection.get(sql`select 1 from campaigns where id = ${target} and recalled_at is not null`);
  if (found !== undefined) throw recalled(name);
}

/** Adds rows to a campaign that is running; those whose key is there are passed over. */
export function appendToPostgres(
  { database, clock }: StagingPlace,
  campaignId: string,
  rows: readonly PlannedRow[],
  storesText: boolean,
): Promise<Appended> {
  const idPrefix = newId();
  const gate = { kind: 'campaign', keys: [campaignId], isShared: true } as const;
  return database.transaction([gate], async (connection) => {
    const campaign = await connection.get<{ stores_text: boolean; recalled_at: number | null }>(
      sql`select stores_text, recalled_at from campaigns where id = ${campaignId}`,
    );
    const keyOf = await purgedKeys(
      connection,
      campaignId,
      rows.flatMap(({ key }) => key ?? []),
    );
    const keyed = rows.map((row) => (row.key === undefined ? row : { ...row, key: keyOf(row.key) }));
    const keepsText = storesText && campaign?.stores_text === true;
    const isRecalled = (campaign?.recalled_at ?? null) !== null;
    const isSuppressed = await suppressionOf(
      connection,
      rows.map(({ to }) => to),
    );
    const news = keyed.map((row) => newRow(row, { isSuppressed, storesText: keepsText, isRecalled }));
    const added = await addRows(connection, { campaignId, idPrefix, storesText: keepsText, clock }, news);
    await touch(connection, campaignId, clock);
    const given = keyed.map((row, i) => ({ ...row, given: rows[i]?.key ?? '' }));
    const known = await knownOf(connection, campaignId, { given, added });
    return { added: added.length, skipped: added.filter(isOptedOut).map(toMessage), known };
  });
}

const isOptedOut = ({ state, reason }: MessageRow): boolean => state === 'skipped' && reason === optedOut;
