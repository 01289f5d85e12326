import type { Message, SendState } from '../../core/message.ts';
import type { Report } from '../../core/outcome/report.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import type { CampaignReads, Ledger } from '../ledger.ts';
import type { Campaign } from '../plans.ts';
import { type ReportRows, type StateRow, type TotalsRow, toCounts, toReport } from '../report-rows.ts';
import type { CampaignSummary, MessageFilter, PastMessage } from '../reports.ts';
import { type CampaignRow, type MessageRow, messageColumns, toCampaign, toMessage } from '../rows.ts';
import { campaignTotals, errorCounts, firstIssues, stateCounts } from '../statements.ts';
import type { Database } from './driver.ts';
import { campaignsOfInput } from './inputs.ts';

/** Finding campaigns and messages. */
export function campaignReads(database: Database): CampaignReads {
  const columns = 'c.id, c.name, c.source, c.created_at';
  const find = database.prepare<CampaignRow>(
    `select ${columns} from campaigns c where c.ready = 1 and (c.name = :text or c.id = :text) order by c.name = :text desc`,
  );
  const beginning = database.prepare<CampaignRow>(`select ${columns} from campaigns c
    where c.ready = 1 and (substr(c.name, 1, length(:text)) = :text or substr(c.id, 1, length(:text)) = :text)
    order by c.created_at desc, c.rowid desc limit :limit`);
  const findInput = campaignsOfInput(database);
  const latest = database.prepare<CampaignRow>(
    `select ${columns} from campaigns c where c.ready = 1 order by c.created_at desc, c.rowid desc limit :limit`,
  );
  const bySid = database.prepare<MessageRow>(
    `select ${messageColumns} from messages where sid = :sid or sid is null and id = :messageId`,
  );
  // Not by substr: a range is found in the index of SIDs. No digit of one comes after f.
  const sids = database.prepare<{ sid: string }>(
    `select sid from messages where sid >= :text and sid < :text || 'g' order by sid limit :limit`,
  );
  const recent = database.prepare<{ recipient: string }>(`
    select recipient from (select recipient, seq from messages where claimed_at is not null order by seq desc limit 1000)
    where recipient not like '${pseudonymPrefix}%' group by recipient order by max(seq) desc limit :limit`);
  const past = database.prepare<MessageRow & { claimed_at: number }>(
    `select ${messageColumns}, claimed_at from messages where recipient = :address and claimed_at is not null
     order by claimed_at desc, seq desc limit :limit`,
  );
  return {
    recentRecipients: async (limit) => recent.all({ limit }).map(({ recipient }) => recipient),
    messagesTo: async (address, limit) =>
      past.all({ address, limit }).map((row): PastMessage => ({ ...toMessage(row), claimedAt: row.claimed_at })),
    find: async (text) => optional(find.get({ text }), toCampaign),
    beginningWith: async (text, limit) => beginning.all({ text, limit }).map(toCampaign),
    findInput: async (inputHash, since) => findInput(inputHash, since),
    campaigns: async (limit) =>
      latest
        .all({ limit })
        .map((row): CampaignSummary => ({ ...toCampaign(row), counts: countStates(database, row.id) })),
    findSid: async (sid, messageId = undefined) =>
      optional(bySid.get({ sid, messageId: messageId ?? null }), toMessage),
    sidsBeginningWith: async (text, limit) => sids.all({ text, limit }).map(({ sid }) => sid),
  };
}

/** Converts what is there. */
export function optional<From, To>(value: From | undefined, convert: (value: From) => To): To | undefined {
  return value === undefined ? undefined : convert(value);
}

function countStates(database: Database, campaignId: Campaign['id']): Record<SendState, number> {
  return toCounts(database.prepare<StateRow>(stateCounts).all({ campaignId }));
}

/** How campaigns and their messages stand. */
export function reports(database: Database): Pick<Ledger, 'report' | 'messages'> {
  return {
    report: async (campaignId) => reportOf(database, campaignId),
    messages: (campaignId, filter = {}) => readMessages(database, campaignId, filter),
  };
}

function reportOf(database: Database, campaignId: string): Report {
  const all = <Row>(text: string) => database.prepare<Row>(text).all({ campaignId });
  const [campaign] = all<{ currency: string | null }>('select currency from campaigns where id = :campaignId');
  // The + keeps SQLite from going through the whole campaign: few messages are a second one.
  const [retried] = all<{ n: number }>(`select count(*) as n from messages
    where +campaign_id = :campaignId and retry_of is not null and +state = 'accepted'`);
  return toReport({
    totals: all<TotalsRow>(campaignTotals),
    currency: campaign?.currency ?? null,
    retried: retried?.n ?? 0,
    errors: all<Report['errors'][number]>(errorCounts),
    issues: all<ReportRows['issues'][number]>(firstIssues),
  });
}

/** Pages by sequence number, so that a long export keeps no read lock and sees no row twice. */
async function* readMessages(
  database: Database,
  campaignId: string,
  { states, statuses = [] }: MessageFilter,
): AsyncIterable<Message> {
  const page = database.prepare<MessageRow>(`select ${messageColumns} from messages
    where campaign_id = :campaignId and seq > :after and (:states is null or state in (select value from json_each(:states))
      or status in (select value from json_each(:statuses)))
    order by seq limit 1000`);
  let after = 0;
  for (;;) {
    const rows = page.all({
      campaignId,
      after,
      states: states ? JSON.stringify(states) : null,
      statuses: JSON.stringify(statuses),
    });
    yield* rows.map(toMessage);
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}
