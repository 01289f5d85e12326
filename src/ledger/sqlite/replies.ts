import type { Ledger } from '../ledger.ts';
import { type ReplyRow, toReply } from '../rows.ts';
import type { Database } from './driver.ts';

/** The senders that a message to this reply's addressee may have gone out from; one of a subaccount is `… of AC…`. */
const answered = "substr(m.sender || ' of ', 1, instr(m.sender || ' of ', ' of ') - 1) in (r.addressee, r.number)";

interface Match {
  readonly seq: number;
  readonly campaignId: string;
  readonly messageId: string;
}

/** What people answered. `now`: the ledger's clock, in milliseconds since 1970. */
export function sqliteReplies(database: Database, now: () => number): Pick<Ledger, 'keepReply' | 'replies'> {
  const keep = database.prepare(`insert into replies (sid, author, addressee, number, body, keyword, at)
    values (:sid, :from, :to, :number, :body, :keyword, :at) on conflict do nothing`);
  const page = database.prepare<ReplyRow>(`
    select r.seq, r.sid, r.author, r.addressee, r.body, r.keyword, r.at, c.id as campaign_id, c.name as campaign,
      m.sid as answered_sid
    from replies r left join campaigns c on c.id = r.campaign_id left join messages m on m.id = r.message_id
    where r.seq > :after and (:campaignId is null or r.campaign_id = :campaignId) order by r.seq limit :limit`);
  const match = replyMatcher(database);
  return {
    keepReply: async ({ sid, from, to, number = null, body, keyword = null }, storesText) =>
      keep.run({ sid, from, to, number, body: storesText ? body.replaceAll('\0', '') : null, keyword, at: now() }) > 0,
    replies: async ({ campaignId = null, after, limit }) => {
      match();
      return page.all({ campaignId, after, limit }).map(toReply);
    },
  };
}

/**
 * Finds out what new replies answer. All messages are read once, however many replies there are: an index by recipient
 * would cost each message that is sent more.
 */
export function replyMatcher(database: Database): () => void {
  const last = database.prepare<{ seq: number | null }>('select max(seq) as seq from replies where is_matched = 0');
  const found = database.prepare<Match & { readonly claimed_at: number }>(`
    select r.seq, m.campaign_id as campaignId, m.id as messageId, max(m.claimed_at) as claimed_at
    from messages m cross join replies r on r.author = m.recipient
    where r.is_matched = 0 and r.seq <= :last and m.claimed_at <= r.at and ${answered}
      and m.state in ('claimed', 'accepted', 'unknown')
    group by r.seq`);
  const write = database.prepare(`update replies set campaign_id = f.campaign_id, message_id = f.message_id
    from (select value ->> 'seq' as seq, value ->> 'campaignId' as campaign_id, value ->> 'messageId' as message_id
      from json_each(:matches)) f where replies.seq = f.seq`);
  const mark = database.prepare('update replies set is_matched = 1 where is_matched = 0 and seq <= :last');
  return () => {
    const end = last.get()?.seq ?? null;
    if (end === null) return;
    // Read outside of the transaction: others send meanwhile.
    const matches = JSON.stringify(found.all({ last: end }));
    database.transaction(() => {
      write.run({ matches });
      mark.run({ last: end });
    });
  };
}
