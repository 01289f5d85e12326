import type { Ledger } from '../ledger.ts';
import { type ReplyRow, toReply } from '../rows.ts';
import type { Clock } from './clock.ts';
import type { Connection, Database } from './driver.ts';
import { raw, sql } from './sql.ts';

/** What people answered. */
export function postgresReplies(database: Database, clock: Clock): Pick<Ledger, 'keepReply' | 'replies'> {
  return {
    keepReply: ({ sid, from, to, number = null, body, keyword = null }, storesText) =>
      database.transaction([], async (connection) => {
        // In turn: who follows must not see a number before a lower one.
        await connection.run(raw('lock table replies in share row exclusive mode'));
        const added = await connection.run(sql`insert into replies (sid, author, addressee, number, body, keyword, at)
          values (${sid}, ${from}, ${to}, ${number}, ${storesText ? body : null}, ${keyword}, ${clock()})
          on conflict do nothing`);
        return added > 0;
      }),
    replies: async ({ campaignId = null, after, limit }) => {
      await database.transaction([], matchReplies);
      const rows = await database.read((connection) =>
        connection.all<ReplyRow>(sql`
          select r.seq, r.sid, r.author, r.addressee, r.body, r.keyword, r.at, c.id as campaign_id, c.name as campaign,
            m.sid as answered_sid
          from replies r left join campaigns c on c.id = r.campaign_id left join messages m on m.id = r.message_id
          where r.seq > ${after} and (${campaignId}::text is null or r.campaign_id = ${campaignId})
          order by r.seq limit ${limit}`),
      );
      return rows.map(toReply);
    },
  };
}

/**
 * Finds out what new replies answer; for use inside a transaction. All messages are read once, however many replies
 * there are: an index by recipient would cost each message that is sent more.
 */
export async function matchReplies(connection: Connection): Promise<void> {
  const unmatched = await connection.all<{ seq: number }>(
    raw('select seq from replies where not is_matched order by seq for update'),
  );
  if (unmatched.length === 0) return;
  const seqs = unmatched.map(({ seq }) => seq);
  // A sender of a subaccount is called `… of AC…`.
  await connection.run(sql`update replies set campaign_id = f.campaign_id, message_id = f.id
    from (select distinct on (r.seq) r.seq, m.campaign_id, m.id
      from replies r join messages m on m.recipient = r.author
      where r.seq = any(${seqs}::bigint[]) and m.claimed_at <= r.at and m.state in ('claimed', 'accepted', 'unknown')
        and split_part(m.sender, ' of ', 1) in (r.addressee, r.number)
      order by r.seq, m.claimed_at desc) f
    where replies.seq = f.seq`);
  await connection.run(sql`update replies set is_matched = true where seq = any(${seqs}::bigint[])`);
}
