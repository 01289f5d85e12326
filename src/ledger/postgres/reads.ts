import type { Message, SendState } from '../../core/message.ts';
import { emptyCounts, type Report } from '../../core/outcome/report.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import type { CampaignReads, Ledger } from '../ledger.ts';
import { type ReportRows, type TotalsRow, toReport } from '../report-rows.ts';
import type { CampaignSummary, MessageFilter, PastMessage } from '../reports.ts';
import { type CampaignRow, type MessageRow, toCampaign, toMessage } from '../rows.ts';
import { campaignTotals, errorCounts, firstIssues } from '../statements.ts';
import type { Connection, Database } from './driver.ts';
import { campaignsOfInput } from './inputs.ts';
import { campaignColumns, messageColumns } from './rows.ts';
import { named, sql } from './sql.ts';

/** How many messages are read at a time. */
const pageRows = 1000;

/** In how many campaigns recent recipients are looked for: those that were added to last. */
const recentCampaigns = 20;

/** Finding campaigns and messages. */
export function campaignReads({ read }: Database): CampaignReads {
  return {
    recentRecipients: (limit) =>
      read(async (connection) => {
        const rows = await connection.all<{ recipient: string }>(sql`
          select m.recipient
          from (select id from campaigns where ready order by touched_at desc, seq desc limit ${recentCampaigns}) c
          cross join lateral (select recipient, seq from messages where campaign_id = c.id and claimed_at is not null
            order by seq desc limit ${pageRows}) m
          where m.recipient not like ${`${pseudonymPrefix}%`}
          group by m.recipient order by max(m.seq) desc limit ${limit}`);
        return rows.map(({ recipient }) => recipient);
      }),
    messagesTo: (address, limit) =>
      read(async (connection) => {
        const rows = await connection.all<MessageRow & { claimed_at: number }>(sql`
          select ${messageColumns}, claimed_at from messages where recipient = ${address} and claimed_at is not null
          order by claimed_at desc, seq desc limit ${limit}`);
        return rows.map((row): PastMessage => ({ ...toMessage(row), claimedAt: row.claimed_at }));
      }),
    find: (text) =>
      read(async (connection) =>
        optional(
          await connection.get<CampaignRow>(sql`select ${campaignColumns} from campaigns c
            where c.ready and (c.name = ${text} or c.id = ${text}) order by c.name = ${text} desc limit 1`),
          toCampaign,
        ),
      ),
    beginningWith: (text, limit) =>
      read(async (connection) => {
        const rows = await connection.all<CampaignRow>(sql`select ${campaignColumns} from campaigns c
          where c.ready and (starts_with(c.name, ${text}) or starts_with(c.id, ${text}))
          order by c.created_at desc, c.seq desc limit ${limit}`);
        return rows.map(toCampaign);
      }),
    findInput: (inputHash, since) => read((connection) => campaignsOfInput(connection, inputHash, since)),
    campaigns: (limit) => read((connection) => latestCampaigns(connection, limit)),
    findSid: (sid, messageId = undefined) =>
      read(async (connection) =>
        optional(
          await connection.get<MessageRow>(sql`select ${messageColumns} from messages
            where sid = ${sid} or (sid is null and id = ${messageId ?? null}) limit 1`),
          toMessage,
        ),
      ),
    sidsBeginningWith: (text, limit) =>
      read(async (connection) => {
        // A range of the index of SIDs: no digit of one comes after f.
        const rows = await connection.all<{ sid: string }>(sql`select sid from messages
          where sid >= ${text} and sid < ${`${text}g`} order by sid limit ${limit}`);
        return rows.map(({ sid }) => sid);
      }),
  };
}

/** Converts what is there. */
export function optional<From, To>(value: From | undefined, convert: (value: From) => To): To | undefined {
  return value === undefined ? undefined : convert(value);
}

async function latestCampaigns(connection: Connection, limit: number): Promise<readonly CampaignSummary[]> {
  const rows = await connection.all<CampaignRow>(sql`select ${campaignColumns} from campaigns c
    where c.ready order by c.created_at desc, c.seq desc limit ${limit}`);
  const counts = await countStates(
    connection,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...toCampaign(row), counts: counts.get(row.id) ?? emptyCounts() }));
}

async function countStates(
  connection: Connection,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<SendState, number>>>> {
  const rows = await connection.all<{ id: string; state: SendState; n: number }>(sql`
    select campaign_id as id, state, count(*) as n from messages where campaign_id = any(${campaignIds}) group by 1, 2`);
  const counts = new Map(campaignIds.map((id) => [id, emptyCounts()]));
  for (const { id, state, n } of rows) Object.assign(counts.get(id) ?? {}, { [state]: n });
  return counts;
}

/** How campaigns and their messages stand. */
export function reports(database: Database): Pick<Ledger, 'report' | 'messages'> {
  return {
    report: (campaignId) => database.read((connection) => reportOf(connection, campaignId)),
    messages: (campaignId, filter = {}) => readMessages(database, campaignId, filter),
  };
}

async function reportOf(connection: Connection, campaignId: string): Promise<Report> {
  const all = <Row>(text: string) => connection.all<Row>(named(text, { campaignId }));
  const [totals, campaign, errors, issues, retried] = await Promise.all([
    all<TotalsRow>(campaignTotals),
    connection.get<{ currency: string | null }>(sql`select currency from campaigns where id = ${campaignId}`),
    all<Report['errors'][number]>(errorCounts),
    all<ReportRows['issues'][number]>(firstIssues),
    connection.get<{ n: number }>(sql`select count(*) as n from messages
      where campaign_id = ${campaignId} and retry_of is not null and state = 'accepted'`),
  ]);
  return toReport({ totals, currency: campaign?.currency ?? null, errors, issues, retried: retried?.n ?? 0 });
}

/** Pages by sequence number, so that a long export holds nothing open and sees no row twice. */
async function* readMessages(
  { read }: Database,
  campaignId: string,
  { states, statuses = [] }: MessageFilter,
): AsyncIterable<Message> {
  const wanted = states === undefined ? sql`true` : sql`(state = any(${states}) or status = any(${statuses}))`;
  let after = -1;
  for (;;) {
    const rows = await read((connection) =>
      connection.all<MessageRow>(sql`select ${messageColumns} from messages
        where campaign_id = ${campaignId} and seq > ${after} and ${wanted} order by seq limit ${pageRows}`),
    );
    yield* rows.map(toMessage);
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}
