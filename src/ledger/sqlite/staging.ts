import type { Plan } from '../../core/plan.ts';
import { notShared, recalled } from '../../errors.ts';
import { newId } from '../ids.ts';
import type { Campaign, NewCampaign, Staging } from '../plans.ts';
import {
  type CampaignRow,
  type MessageRow,
  messageColumns,
  type SenderTotalRow,
  type StagedRow,
  toCampaign,
  toMessage,
  toPlan,
} from '../rows.ts';
import { freshNames } from '../rules/names.ts';
import { newRow } from '../rules/new-rows.ts';
import { dealtWithInSql, isReplaced, senderTotals, stagedCounts } from '../statements.ts';
import { dropAbandoned, dropPlan } from './abandoned.ts';
import type { Database } from './driver.ts';
import { campaignsOfInput } from './inputs.ts';
import { rowInserter } from './insert.ts';
import { keysOfBoth, stagedKeys } from './keys.ts';
import { suppressionReader } from './opt-outs.ts';
import { destinationsOf, priceIn, toSend } from './plan-prices.ts';
import { adoptPseudonyms } from './purge.ts';

/** Where rows are staged: the ledger's connection, its file, and its clock in milliseconds since 1970. */
export interface StagingPlace {
  readonly database: Database;
  readonly path: string;
  readonly now: () => number;
}

/** Begins a plan in the ledger; see `Staging`. */
export function stageInSqlite({ database, path, now }: StagingPlace, campaign: NewCampaign): Staging {
  const { source, storesText = true } = campaign;
  const id = newId();
  const name = campaign.name ?? freshName(database, campaign.stem, id, now());
  dropAbandoned(database, now());
  database
    .prepare(`insert into campaigns (id, name, source, created_at, touched_at, stores_text)
      values (:id, :name, :source, :at, :at, :storesText)`)
    .run({ id, name, source, at: now(), storesText: storesText ? 1 : 0 });
  const target = () =>
    database.prepare<{ id: string }>('select id from campaigns where name = :name and ready = 1').get({ name })?.id ??
    '';
  const writeKeys = stagedKeys(database, id);
  const staged = (state: string, limit: number) => {
    writeKeys();
    return database
      .prepare<MessageRow>(
        `select ${messageColumns} from messages where campaign_id = :id and state = :state order by seq limit :limit`,
      )
      .all({ id, state, limit })
      .map(toMessage);
  };

  const commit = (inputHash: string): Campaign => {
    refuseRecalled(database, name);
    // Again, under the lock: the campaign may have been purged since the plan was shown.
    adoptPseudonyms(database, path, { id, target: target() });
    const campaignId = target() === '' ? publish(database, id) : merge(database, id, target());
    database
      .prepare('insert or replace into inputs (hash, campaign_id, at) values (:inputHash, :campaignId, :at)')
      .run({ inputHash, campaignId, at: now() });
    return readCampaign(database, campaignId);
  };

  return {
    name,
    add: stagedAdder(database, { id, storesText, now }),
    plan: async () => {
      writeKeys();
      database.transaction(() => adoptPseudonyms(database, path, { id, target: target() }));
      return planOf(database, id, target(), now());
    },
    destinations: async () => {
      writeKeys();
      return destinationsOf(database, id, target());
    },
    price: async (prices, currency) => priceIn(database, id, prices, currency),
    samples: async (limit) => staged('pending', limit),
    invalid: async (limit) => staged('invalid', limit),
    commit: async (inputHash, together) => {
      if (together) throw notShared();
      writeKeys();
      return database.transaction(() => commit(inputHash));
    },
    commitUnlessSame: async (inputHash, since, together) => {
      if (together) throw notShared();
      writeKeys();
      return database.transaction(() => {
        // Under the lock: another process may have sent the same input while this one asked.
        const [sameAs] = campaignsOfInput(database)(inputHash, since);
        return sameAs ? { sameAs } : commit(inputHash);
      });
    },
    discard: async () => database.transaction(() => dropPlan(database, id)),
  };
}

function refuseRecalled(database: Database, name: string): void {
  const found = database
    .prepare('select 1 from campaigns where name = :name and ready = 1 and recalled_at is not null')
    .get({ name });
  if (found !== undefined) throw recalled(name);
}

function freshName(database: Database, stem: string, id: string, at: number): string {
  const { short, long } = freshNames(stem, id, at);
  const isTaken = database.prepare('select 1 from campaigns where name = :short').get({ short }) !== undefined;
  return isTaken ? long : short;
}

/** Adds rows to a plan; who has opted out is kept as skipped. Duplicates are found once all rows are there. */
function stagedAdder(database: Database, { id, storesText, now }: StagedPlan): Staging['add'] {
  const suppressionOf = suppressionReader(database);
  const insert = rowInserter(database, { campaignId: id, idPrefix: id, storesText, at: now() });
  const touch = database.prepare('update campaigns set touched_at = :at where id = :id');
  return async (rows) =>
    database.transaction(() => {
      const isSuppressed = suppressionOf(rows.map(({ to }) => to));
      insert(rows.map((row) => newRow(row, { isSuppressed, storesText, isRecalled: false })));
      touch.run({ id, at: now() });
    });
}

/** A plan that rows are added to. */
interface StagedPlan {
  readonly id: string;
  readonly storesText: boolean;
  readonly now: () => number;
}

function planOf(database: Database, id: string, target: string, at: number): Plan {
  const get = <Row>(text: string) => database.prepare<Row>(text).get({ id, target });
  const already = get<{ n: number }>(`select count(*) as n from ${keysOfBoth}
    join messages t on t.seq = tk.seq join messages s on s.seq = sk.seq
    where t.state in ${dealtWithInSql} and s.state = 'pending'`);
  const senders = database
    .prepare<SenderTotalRow>(`select ${senderTotals} from messages where ${toSend} group by sender order by 2 desc`)
    .all({ id, target, at });
  return toPlan({
    staged: get<StagedRow>(stagedCounts),
    already: already?.n ?? 0,
    senders,
    currency: get<{ currency: string | null }>('select currency from campaigns where id = :id')?.currency ?? null,
  });
}

function publish(database: Database, id: string): string {
  database.prepare('update campaigns set ready = 1 where id = :id').run({ id });
  return id;
}

/** Moves into a campaign that exists what it does not have yet; wrong and skipped rows are those of the latest input. */
function merge(database: Database, id: string, target: string): string {
  const run = (sql: string) => database.prepare(sql).run({ id, target });
  const isGone = `campaign_id = :target and ${isReplaced}`;
  run(`delete from message_keys where campaign_id = :target and seq in (select seq from messages where ${isGone})`);
  run(`delete from messages where ${isGone}`);
  run(`update messages as t set line = s.line, recipient = s.recipient, sender = s.sender, request = s.request,
      segments = s.segments, country = s.country, unit_price = s.unit_price, quiet_hours = s.quiet_hours, due_at = s.due_at, text_kept = s.text_kept
      from ${keysOfBoth} join messages s on s.seq = sk.seq where t.seq = tk.seq and t.state = 'pending'`);
  run(`delete from messages where seq in (select sk.seq from ${keysOfBoth})`);
  run(`delete from message_keys as k where campaign_id = :id
      and exists (select 1 from message_keys where campaign_id = :target and key = k.key)`);
  for (const table of ['messages', 'message_keys']) {
    run(`update ${table} set campaign_id = :target where campaign_id = :id`);
  }
  run(`update campaigns set currency = coalesce((select currency from campaigns where id = :id), currency)
      where id = :target`);
  run('delete from campaigns where id = :id');
  return target;
}

/** A campaign by its id, which must exist. */
function readCampaign(database: Database, id: string): Campaign {
  const row = database
    .prepare<CampaignRow>('select id, name, source, created_at from campaigns where id = :id')
    .get({ id });
  if (!row) throw new Error(`campaign ${id} has vanished from the ledger`);
  return toCampaign(row);
}
