import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Message, RowIssue, SendState } from '../core/message.ts';
import type { MessageChange } from '../core/outcome/after-send.ts';
import { costOf, emptyCounts, type Report } from '../core/outcome/report.ts';
import { CliError } from '../errors.ts';
import { type Database, openDatabase } from './driver.ts';
import { networkFileSystemOf } from './file-system.ts';
import type { AttemptRecord, Campaign, CampaignSummary, Claim, Ledger, MessageFilter } from './ledger.ts';
import { migrate } from './migrations/migrate.ts';
import { type MessageRow, messageColumns, toMessage } from './rows.ts';
import { earlyReceipts, sqliteDelivery } from './sqlite-delivery.ts';
import { sqliteLeases } from './sqlite-lease.ts';
import { hasOptedOut, optedOut, optOutAdder, sqliteOptOuts } from './sqlite-opt-outs.ts';
import { appendToSqlite, type CampaignRow, stageInSqlite, toCampaign } from './sqlite-staging.ts';

/** How many invalid rows a report lists. */
const reportedIssues = 1000;

/**
 * Opens the ledger in a file, made if it is not there, for this user only.
 * `now` gives milliseconds since 1970. Throws a `CliError` when the file is not a usable ledger.
 */
export function openSqliteLedger(path: string, now: () => number): Ledger {
  const database = openPrivate(path);
  migrate(database, path);
  return {
    stage: async (campaign) => stageInSqlite(database, campaign, now),
    ...campaignReads(database),
    ...sqliteLeases(database, now),
    ...claims(database, now),
    ...reports(database),
    ...settling(database),
    ...sqliteOptOuts(database),
    ...sqliteDelivery(database),
    ...prices(database, now),
    append: async (campaignId, rows) => appendToSqlite(database, campaignId, rows, now),
    close: async () => database.close(),
  };
}

function openPrivate(path: string): Database {
  const folder = dirname(path);
  makeFolder(folder);
  const network = networkFileSystemOf(folder);
  if (network) {
    throw new CliError(
      'config',
      `The ledger ${path} is on a network file system (${network}), whose locks cannot be trusted.`,
      {
        hint: 'Name a place on this machine with --ledger.',
      },
    );
  }
  const isNew = !existsSync(path);
  const database = openDatabase(path);
  if (isNew) chmodSync(path, 0o600);
  return database;
}

function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CliError('config', `Cannot make the folder ${folder}: ${(cause as Error).message}`, {
      hint: 'Name another place for the ledger with --ledger.',
      cause,
    });
  }
}

function campaignReads(database: Database): Pick<Ledger, 'find' | 'findInput' | 'campaigns' | 'findSid'> {
  const columns = 'c.id, c.name, c.source, c.created_at';
  const find = database.prepare<CampaignRow>(
    `select ${columns} from campaigns c where c.ready = 1 and (c.name = :text or c.id = :text) order by c.name = :text desc`,
  );
  const findInput =
    database.prepare<CampaignRow>(`select ${columns} from inputs i join campaigns c on c.id = i.campaign_id
    where i.hash = :inputHash and i.at >= :since and c.ready = 1 order by i.at desc`);
  const latest = database.prepare<CampaignRow>(
    `select ${columns} from campaigns c where c.ready = 1 order by c.created_at desc, c.rowid desc limit :limit`,
  );
  const bySid = database.prepare<MessageRow>(`select ${messageColumns} from messages where sid = :sid`);
  return {
    find: async (text) => optional(find.get({ text }), toCampaign),
    findInput: async (inputHash, since) => findInput.all({ inputHash, since }).map(toCampaign),
    campaigns: async (limit) =>
      latest
        .all({ limit })
        .map((row): CampaignSummary => ({ ...toCampaign(row), counts: countStates(database, row.id) })),
    findSid: async (sid) => optional(bySid.get({ sid }), toMessage),
  };
}

function optional<From, To>(value: From | undefined, convert: (value: From) => To): To | undefined {
  return value === undefined ? undefined : convert(value);
}

function countStates(database: Database, campaignId: Campaign['id']): Record<SendState, number> {
  const counts = emptyCounts();
  const rows = database
    .prepare<{ state: SendState; n: number }>(
      'select state, count(*) as n from messages where campaign_id = :campaignId group by state',
    )
    .all({ campaignId });
  for (const { state, n } of rows) counts[state] = n;
  return counts;
}

type Claims = Pick<Ledger, 'queues' | 'claim' | 'record' | 'reopen' | 'cancelPending' | 'cancelAccepted'>;

function claims(database: Database, now: () => number): Claims {
  const queues = database.prepare<{ sender: string; pending: number; dueAt: number }>(
    `select sender, count(*) as pending, min(due_at) as dueAt from messages
     where campaign_id = :campaignId and state = 'pending' group by sender order by min(seq)`,
  );
  const due = "campaign_id = :campaignId and sender = :sender and state = 'pending' and due_at <= :now";
  const isOurs = 'exists (select 1 from leases where campaign_id = :campaignId and owner = :owner)';
  const suppress = database.prepare(`
    update messages set state = 'skipped', reason = '${optedOut}'
    where seq in (select seq from messages where ${due} order by due_at, seq limit :limit)
    and ${hasOptedOut} and ${isOurs}`);
  const someOptedOut = database.prepare('select 1 from opt_outs limit 1');
  const claim = database.prepare<MessageRow>(`
    update messages set state = 'claimed', attempts = attempts + 1, owner = :owner, claimed_at = :now
    where seq in (select seq from messages where ${due} and not ${hasOptedOut} order by due_at, seq limit :limit)
    and ${isOurs}
    returning ${messageColumns}`);
  const cancelPending = database.prepare(
    "update messages set state = 'canceled' where campaign_id = :campaignId and state = 'pending'",
  );
  const cancelAccepted = database.prepare(
    "update messages set state = 'canceled', status = :status where id = :messageId and state = 'accepted'",
  );
  const addOptOut = optOutAdder(database);
  const mergeEarly = earlyReceipts(database);
  const recipient = database.prepare<{ address: string; sender: string }>(
    'select recipient as address, sender from messages where id = :messageId',
  );
  const record = database.prepare(`
    update messages set state = :state, sid = coalesce(:sid, sid), status = coalesce(:status, status),
      code = :code, reason = :reason, segments = coalesce(:segments, segments), due_at = :dueAt
    where id = :messageId and owner = :owner and attempts = :attempt and state = 'claimed'`);
  const taken = database.prepare<{ id: string }>('select id from messages where sid = :sid and id <> :messageId');
  const write = (owner: string, { messageId, attempt, change }: AttemptRecord): void => {
    const { sid = null } = change;
    // One SID is one message: an answer that names another one's proves nothing about this one.
    const isOdd = sid !== null && taken.get({ sid, messageId }) !== undefined;
    const { state, status, code, reason, segments, delayMs }: MessageChange = isOdd
      ? { state: 'unknown', reason: 'an odd answer: the SID of another message' }
      : change;
    record.run({
      messageId,
      owner,
      attempt,
      state,
      sid: isOdd ? null : sid,
      status: status ?? null,
      code: code ?? null,
      reason: reason ?? null,
      segments: segments ?? null,
      dueAt: delayMs ? now() + delayMs : 0,
    });
    if (sid !== null && !isOdd) mergeEarly(sid);
    const who = change.suppress ? recipient.get({ messageId }) : undefined;
    if (who) addOptOut({ ...who, source: String(change.code), at: now() });
  };
  return {
    queues: async (campaignId) => queues.all({ campaignId }),
    claim: async ({ campaignId, owner }, sender, limit) => {
      const wanted = { campaignId, owner, sender, limit, now: now() };
      if (someOptedOut.get()) suppress.run(wanted);
      const rows = claim.all(wanted);
      return rows.sort((a, b) => a.seq - b.seq).map((row): Claim => ({ ...toMessage(row), attempt: row.attempts }));
    },
    cancelPending: async (campaignId) => cancelPending.run({ campaignId }),
    cancelAccepted: async (messageId, status) => void cancelAccepted.run({ messageId, status }),
    record: async ({ owner }, results) =>
      database.transaction(() => {
        for (const result of results) write(owner, result);
      }),
    reopen: async (campaignId, codes) =>
      database
        .prepare(`update messages set state = 'pending', due_at = 0
          where campaign_id = :campaignId and state = 'rejected' and code in (select value from json_each(:codes))`)
        .run({ campaignId, codes: JSON.stringify(codes) }),
  };
}

function reports(database: Database): Pick<Ledger, 'report' | 'messages'> {
  return {
    report: async (campaignId) => reportOf(database, campaignId),
    messages: (campaignId, filter = {}) => readMessages(database, campaignId, filter),
  };
}

function reportOf(database: Database, campaignId: string): Report {
  const counts = countStates(database, campaignId);
  const statuses = database
    .prepare<{ status: string; n: number }>(
      `select status, count(*) as n from messages where campaign_id = :campaignId and status is not null group by status`,
    )
    .all({ campaignId });
  const sent = database
    .prepare<{ segments: number | null; amount: number | null; currency: string | null }>(
      `select sum(segments) as segments, sum(coalesce(price, segments * unit_price)) as amount,
         (select currency from campaigns where id = :campaignId) as currency
       from messages where campaign_id = :campaignId and state in ('accepted', 'claimed', 'unknown')`,
    )
    .get({ campaignId });
  // A reason can hold the number it is about, so what has a code is counted by its code alone.
  const errors = database
    .prepare<{ code: number | null; reason: string; count: number }>(
      `select code, coalesce(max(reason), '') as reason, count(*) as count from messages
       where campaign_id = :campaignId and (
         reason is not null and state in ('rejected', 'unknown', 'pending') or code is not null and state = 'accepted')
       group by code, case when code is null then reason end order by count(*) desc, code`,
    )
    .all({ campaignId });
  const issues = database
    .prepare<{ issues: string }>(
      `select issues from messages where campaign_id = :campaignId and state = 'invalid' order by seq limit ${reportedIssues}`,
    )
    .all({ campaignId });
  return {
    rows: Object.values(counts).reduce((sum, n) => sum + n, 0),
    counts,
    statuses: Object.fromEntries(statuses.map(({ status, n }) => [status, n])),
    segments: sent?.segments ?? 0,
    cost: costOf(sent?.amount ?? null, sent?.currency ?? null),
    errors,
    issues: issues.flatMap((row) => JSON.parse(row.issues) as RowIssue[]),
  };
}

/** Pages by sequence number, so that a long export keeps no read lock and sees no row twice. */
async function* readMessages(
  database: Database,
  campaignId: string,
  { states }: MessageFilter,
): AsyncIterable<Message> {
  const page = database.prepare<MessageRow>(`select ${messageColumns} from messages
    where campaign_id = :campaignId and seq > :after and (:states is null or state in (select value from json_each(:states)))
    order by seq limit 1000`);
  let after = 0;
  for (;;) {
    const rows = page.all({ campaignId, after, states: states ? JSON.stringify(states) : null });
    yield* rows.map(toMessage);
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

function prices(database: Database, now: () => number): Pick<Ledger, 'knownPrices' | 'keepPrices'> {
  const read = database.prepare<{ prices: string; at: number }>(
    'select prices, at from country_prices where country = :country',
  );
  const write = database.prepare(
    'insert or replace into country_prices (country, prices, at) values (:country, :prices, :at)',
  );
  return {
    knownPrices: async (country) =>
      optional(read.get({ country }), (row) => ({ prices: JSON.parse(row.prices), at: row.at })),
    keepPrices: async (country, list) => void write.run({ country, prices: JSON.stringify(list), at: now() }),
  };
}

function settling(database: Database): Pick<Ledger, 'unknowns' | 'takenSids' | 'countOpen' | 'settle'> {
  const unknowns = database.prepare<{ id: string; request: string; claimed_at: number }>(
    "select id, request, claimed_at from messages where campaign_id = :campaignId and state = 'unknown' order by seq",
  );
  const taken = database.prepare<{ sid: string }>(
    'select sid from messages where sid in (select value from json_each(:sids))',
  );
  const countOpen = database.prepare<{ n: number }>(`select count(*) as n from messages
    where recipient = :to and state in ('claimed', 'unknown') and id not in (select value from json_each(:except))`);
  const settle = database.prepare(`
    update messages set state = :state, sid = :sid, status = coalesce(:status, status), reason = :reason, due_at = 0
    where id = :messageId and state = 'unknown'
      and exists (select 1 from leases where campaign_id = :campaignId and owner = :owner)
      and not exists (select 1 from messages o where o.sid = :sid)`);
  return {
    unknowns: async (campaignId) =>
      unknowns
        .all({ campaignId })
        .map(({ id, request, claimed_at: claimedAt }) => ({ id, request: JSON.parse(request), claimedAt })),
    takenSids: async (sids) => new Set(taken.all({ sids: JSON.stringify(sids) }).map(({ sid }) => sid)),
    countOpen: async (to, except) => countOpen.get({ to, except: JSON.stringify(except) })?.n ?? 0,
    settle: async ({ campaignId, owner }, changes) =>
      database.transaction(() => {
        for (const { messageId, change } of changes) {
          const { state, sid = null, status = null, reason = null } = change;
          settle.run({ campaignId, owner, messageId, state, sid, status, reason });
        }
      }),
  };
}
