import { randomBytes } from 'node:crypto';
import type { PlannedRow } from '../core/plan.ts';
import type { Database } from './driver.ts';
import type { Campaign, NewCampaign, Staging } from './ledger.ts';
import { type MessageRow, messageColumns, toMessage } from './rows.ts';

/** A plan that nobody has added to for this long was left by a run that died, in milliseconds. */
const abandonedAfterMs = 24 * 3_600_000;

/** Short enough to type, random enough never to meet its twin in another ledger. */
const newCampaignId = (): string => randomBytes(6).toString('hex');

/** States of a row that an earlier run has dealt with, one way or the other. */
const done = "('claimed', 'accepted', 'rejected', 'unknown', 'canceled')";

/** Begins a plan in the ledger; see `Staging`. */
export function stageInSqlite(database: Database, campaign: NewCampaign, now: () => number): Staging {
  const { source } = campaign;
  const id = newCampaignId();
  const name = campaign.name ?? freshName(database, campaign.stem, id, now());
  dropAbandoned(database, now());
  database
    .prepare('insert into campaigns (id, name, source, created_at, touched_at) values (:id, :name, :source, :at, :at)')
    .run({ id, name, source, at: now() });
  const target = () =>
    database.prepare<{ id: string }>('select id from campaigns where name = :name and ready = 1').get({ name })?.id ??
    '';
  const staged = (state: string, limit: number) =>
    database
      .prepare<MessageRow>(
        `select ${messageColumns} from messages where campaign_id = :id and state = :state order by seq limit :limit`,
      )
      .all({ id, state, limit })
      .map(toMessage);

  return {
    name,
    add: rowAdder(database, id, now),
    plan: async () => planOf(database, id, target()),
    samples: async (limit) => staged('pending', limit),
    invalid: async (limit) => staged('invalid', limit),
    commit: async (inputHash) =>
      database.transaction(() => {
        const campaignId = target() === '' ? publish(database, id) : merge(database, id, target());
        database
          .prepare('insert or replace into inputs (hash, campaign_id, at) values (:inputHash, :campaignId, :at)')
          .run({ inputHash, campaignId, at: now() });
        return readCampaign(database, campaignId);
      }),
    discard: async () => database.transaction(() => drop(database, id)),
  };
}

/** `customers-20261123-1000-7f3a`: what, when, and enough to keep it apart from its twins. */
function freshName(database: Database, stem: string, id: string, at: number): string {
  const time = new Date(at).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  const short = `${stem}-${time}-${id.slice(0, 4)}`;
  const isTaken = database.prepare('select 1 from campaigns where name = :short').get({ short }) !== undefined;
  return isTaken ? `${stem}-${time}-${id}` : short;
}

function rowAdder(database: Database, id: string, now: () => number): Staging['add'] {
  const insert = database.prepare(`
    insert into messages (id, campaign_id, line, key, recipient, sender, request, state, segments, reason, issues)
    values (:id, :campaignId, :line, :key, :recipient, :sender, :request, :state, :segments, :reason, :issues)
    on conflict (campaign_id, key) where key is not null do nothing`);
  const twin = database.prepare<{ line: number }>('select line from messages where campaign_id = :id and key = :key');
  const touch = database.prepare('update campaigns set touched_at = :at where id = :id');
  let count = 0;
  const add = (row: PlannedRow): void => {
    const values = {
      id: `${id}-${++count}`,
      campaignId: id,
      line: row.line,
      key: row.key ?? null,
      recipient: row.to,
      sender: row.sender,
      request: row.request ? JSON.stringify(row.request) : null,
      state: row.state,
      segments: row.segments,
      reason: null,
      issues: row.issues.length > 0 ? JSON.stringify(row.issues) : null,
    };
    if (insert.run(values) > 0) return;
    const line = twin.get({ id, key: values.key })?.line ?? 0;
    insert.run({ ...values, key: null, state: 'skipped', reason: `duplicate of line ${line}` });
  };
  return async (rows) =>
    database.transaction(() => {
      for (const row of rows) add(row);
      touch.run({ id, at: now() });
    });
}

function planOf(
  database: Database,
  id: string,
  target: string,
): ReturnType<Staging['plan']> extends Promise<infer P> ? P : never {
  const count = (sql: string) => database.prepare<{ n: number }>(sql).get({ id, target })?.n ?? 0;
  const inState = (state: string) =>
    count(`select count(*) as n from messages where campaign_id = :id and state = '${state}' and :target = :target`);
  const already = count(`select count(*) as n from messages s join messages t
    on t.campaign_id = :target and t.key = s.key and t.state in ${done}
    where s.campaign_id = :id and s.state = 'pending'`);
  const senders = database
    .prepare<{ sender: string; count: number; segments: number }>(
      `select sender, count(*) as count, sum(segments) as segments from messages m
       where state = 'pending' and (
         campaign_id = :id and not exists (select 1 from messages t where t.campaign_id = :target and t.key = m.key and t.state in ${done})
         or campaign_id = :target and not exists (select 1 from messages s where s.campaign_id = :id and s.key = m.key and s.state = 'pending'))
       group by sender order by 2 desc`,
    )
    .all({ id, target });
  return {
    rows: count('select count(*) as n from messages where campaign_id = :id and :target = :target'),
    toSend: senders.reduce((sum, { count: n }) => sum + n, 0),
    invalid: inState('invalid'),
    skipped: inState('skipped'),
    already,
    segments: senders.reduce((sum, { segments }) => sum + segments, 0),
    senders: senders.map(({ sender, count: n }) => ({ sender, count: n })),
  };
}

function publish(database: Database, id: string): string {
  database.prepare('update campaigns set ready = 1 where id = :id').run({ id });
  return id;
}

/** Moves into a campaign that exists what it does not have yet; wrong and skipped rows are those of the latest input. */
function merge(database: Database, id: string, target: string): string {
  const both = { id, target };
  database
    .prepare("delete from messages where campaign_id = :target and state in ('invalid', 'skipped')")
    .run({ target });
  database
    .prepare(`update messages as t set line = s.line, recipient = s.recipient, sender = s.sender, request = s.request, segments = s.segments
      from messages s where s.campaign_id = :id and s.key = t.key and t.campaign_id = :target and t.state = 'pending'`)
    .run(both);
  database
    .prepare(`delete from messages as s where s.campaign_id = :id
      and exists (select 1 from messages t where t.campaign_id = :target and t.key = s.key)`)
    .run(both);
  database.prepare('update messages set campaign_id = :target where campaign_id = :id').run(both);
  database.prepare('delete from campaigns where id = :id').run({ id });
  return target;
}

/** Does nothing to a campaign that was published. */
function drop(database: Database, id: string): void {
  database
    .prepare('delete from messages where campaign_id in (select id from campaigns where id = :id and ready = 0)')
    .run({ id });
  database.prepare('delete from campaigns where id = :id and ready = 0').run({ id });
}

function dropAbandoned(database: Database, at: number): void {
  const abandoned = database
    .prepare<{ id: string }>('select id from campaigns where ready = 0 and touched_at < :before')
    .all({ before: at - abandonedAfterMs });
  for (const { id } of abandoned) database.transaction(() => drop(database, id));
}

/** A campaign by its id, which must exist. */
function readCampaign(database: Database, id: string): Campaign {
  const row = database
    .prepare<CampaignRow>('select id, name, source, created_at from campaigns where id = :id')
    .get({ id });
  if (!row) throw new Error(`campaign ${id} has vanished from the ledger`);
  return toCampaign(row);
}

/** A row of the campaigns table. */
export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly created_at: number;
}

/** What the table holds, as the rest of volley knows it. */
export function toCampaign({ id, name, source, created_at: createdAt }: CampaignRow): Campaign {
  return { id, name, source, createdAt };
}
