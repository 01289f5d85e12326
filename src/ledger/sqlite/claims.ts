import type { MessageChange } from '../../core/outcome/after-send.ts';
import type { AttemptRecord, Claim, Ledger } from '../ledger.ts';
import { earlyReceipts } from './delivery.ts';
import type { Database } from './driver.ts';
import { hasOptedOut, optedOut, optOutAdder } from './opt-outs.ts';
import { failedInSql, type MessageRow, messageColumns, toMessage } from './rows.ts';
import { newCampaignId } from './staging.ts';

type Claims = Pick<
  Ledger,
  'queues' | 'claim' | 'record' | 'reopen' | 'retryUndelivered' | 'cancelPending' | 'cancelAccepted'
>;

/** Taking messages to send, and writing what became of them. */
export function claims(database: Database, now: () => number): Claims {
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
          where campaign_id = :campaignId and state = 'rejected' and text_kept <> 'gone'
            and code in (select value from json_each(:codes))`)
        .run({ campaignId, codes: JSON.stringify(codes) }),
    retryUndelivered: async (campaignId, codes) => retryUndelivered(database, campaignId, codes, now()),
  };
}

/** A row of its own for each second try: one SID stays one message. */
function retryUndelivered(database: Database, campaignId: string, codes: readonly number[], at: number): number {
  const insert = database.prepare(`
    insert into messages (id, campaign_id, line, recipient, sender, request, state, segments, country, unit_price,
      quiet_hours, text_kept, written_at, retry_of)
    select :prefix || '-' || row_number() over (order by seq), campaign_id, line, recipient, sender,
      case when request ->> 'sendAt' <= :time then json_remove(request, '$.sendAt', '$.scheduleType') else request end,
      'pending', segments, country, unit_price, quiet_hours, text_kept, :at, id
    from messages m where campaign_id = :campaignId and state = 'accepted' and status in (${failedInSql})
      and code in (select value from json_each(:codes)) and retry_of is null and text_kept <> 'gone'
      and not exists (select 1 from messages r where r.retry_of = m.id)`);
  const time = new Date(at).toISOString();
  return insert.run({ prefix: newCampaignId(), campaignId, codes: JSON.stringify(codes), time, at });
}
