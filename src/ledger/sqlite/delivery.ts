import { afterReceipt, type StatusUpdate } from '../../core/outcome/delivery.ts';
import { statusEvent } from '../../core/outcome/event.ts';
import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import type { Ledger } from '../ledger.ts';
import type { TrackedMessage } from '../receipts.ts';
import type { Database } from './driver.ts';
import { eventKeeper } from './events.ts';
import { optOutAdder } from './opt-outs.ts';
import { failedInSql, finalInSql } from './rows.ts';

interface DeliveryRow {
  readonly status: string | null;
  readonly code: number | null;
  readonly address: string;
  readonly sender: string;
}

type EventRow = Required<Pick<StatusUpdate, 'sid' | 'status' | 'code' | 'source' | 'at'>>;

interface TrackedRow {
  readonly sid: string;
  readonly account: string | null;
  readonly claimed_at: number;
}

/** What became of messages after Twilio took them. */
export function sqliteDelivery(
  database: Database,
): Pick<Ledger, 'receive' | 'receipts' | 'undelivered' | 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'> {
  const note = database.prepare(`insert into status_events (sid, status, code, source, at, message_id)
    values (:sid, :status, :code, :source, :at, :messageId) on conflict do nothing`);
  const queue = database.prepare(`update status_events set is_queued = 1
    where sid = :sid and status = :status and code = :code and is_queued = 0`);
  const prove = proof(database);
  const merge = receiptMerger(database);
  const open = database.prepare<TrackedRow>(`
    select sid, request ->> 'accountSid' as account, claimed_at from messages
    where campaign_id = :campaignId and state = 'accepted' and sid is not null
      and (status is null or status not in (${finalInSql})) order by seq`);

  const countries = database.prepare<CountryDelivery>(`
    select coalesce(country, 'unknown') as country, count(*) as messages,
      count(*) filter (where status in ('delivered', 'read')) as delivered
    from messages where campaign_id = :campaignId and state = 'accepted' group by 1 order by 2 desc`);
  const times = database.prepare<{ ms: number }>(`
    select max(0, min(e.at) - m.claimed_at) as ms from messages m join status_events e on e.sid = m.sid
    where m.campaign_id = :campaignId and e.status in ('delivered', 'read') group by m.sid`);

  const failures = database.prepare<Failure>(`
    select code, coalesce(country, 'unknown') as country, count(*) as messages from messages
    where campaign_id = :campaignId and state = 'accepted' and status in (${failedInSql})
    group by 1, 2 order by 3 desc, 1, 2`);
  const timeline = database.prepare<TimelinePoint>(`
    select e.at / :stepMs * :stepMs as at, e.status, count(distinct e.sid) as messages
    from messages m join status_events e on e.sid = m.sid
    where m.campaign_id = :campaignId group by 1, 2 order by 1, 2`);
  const events = eventsOf(database);
  const keep = eventKeeper(database);

  const receive = (update: StatusUpdate, passOn: boolean): boolean => {
    const { sid, status, messageId = null, code = 0, source, at } = update;
    const isNew = note.run({ sid, status, code, source, at, messageId }) > 0;
    // What a poll has told before is news to whom it is passed on to.
    if (passOn && queue.run({ sid, status, code }) > 0) keep(statusEvent(update));
    if (messageId !== null) prove(messageId);
    return merge(update) && isNew;
  };
  return {
    receive: async (updates, passOn = false) =>
      database.transaction(() => updates.filter((update) => receive(update, passOn)).length),
    receipts: async (sid) => events(sid),
    failures: async (campaignId) => failures.all({ campaignId }),
    timeline: async (campaignId, stepMs) => timeline.all({ campaignId, stepMs }),
    byCountry: async (campaignId) => countries.all({ campaignId }),
    deliveryTimes: async (campaignId) => times.all({ campaignId }).map(({ ms }) => ms),
    undelivered: async (campaignId) =>
      open.all({ campaignId }).map(
        ({ sid, account, claimed_at: claimedAt }): TrackedMessage => ({
          sid,
          claimedAt,
          ...(account !== null && { accountSid: account }),
        }),
      ),
  };
}

/** Merges a receipt into its message; false when no message here has that SID. */
function receiptMerger(database: Database): (update: StatusUpdate) => boolean {
  const read = database.prepare<DeliveryRow>(
    "select status, code, recipient as address, sender from messages where sid = :sid and state = 'accepted'",
  );
  const write = database.prepare(`update messages set status = :status, code = :code,
    price = coalesce(:price, price), segments = coalesce(:segments, segments) where sid = :sid`);
  const suppress = optOutAdder(database);
  return (update) => {
    const { sid, at, price = null, segments = null } = update;
    const known = read.get({ sid });
    if (!known) return false;
    const change = afterReceipt({ status: known.status ?? undefined, code: known.code ?? undefined }, update);
    write.run({ sid, status: change.status, code: change.code ?? null, price, segments });
    const { address, sender } = known;
    // Of a purged message nobody knows any more whom it went to.
    if (change.suppress && !address.startsWith(pseudonymPrefix))
      suppress({ address, sender, source: String(change.code), at });
    return true;
  };
}

/** Reads every receipt of a message, in the order they were heard. */
function eventsOf(database: Database): (sid: string) => StatusUpdate[] {
  const events = database.prepare<EventRow>(
    'select sid, status, code, source, at from status_events where sid = :sid order by at',
  );
  return (sid) => events.all({ sid }).map(({ code, ...event }) => ({ ...event, ...(code !== 0 && { code }) }));
}

/** Merges the receipts that came before their message was known to have this SID. */
export function earlyReceipts(database: Database): (sid: string) => void {
  const events = eventsOf(database);
  const merge = receiptMerger(database);
  return (sid) => {
    for (const event of events(sid)) merge(event);
  };
}

/**
 * Settles a message by a callback that carries its id: one of which no answer came, also when it is to be sent again.
 * A message that is claimed is left to the answer that is still to come, or to the run that takes over.
 */
export function proof(database: Database): (messageId: string) => void {
  const told = database.prepare<{ sid: string }>('select sid from status_events where message_id = :messageId limit 1');
  const settle = database.prepare(`
    update messages set state = 'accepted', reason = null, sid = :sid
    where id = :messageId and (state = 'unknown' or state = 'pending' and attempts > 0) and not exists (
      select 1 from messages o join status_events e on e.sid = o.sid where e.message_id = :messageId)`);
  const mergeEarly = earlyReceipts(database);
  return (messageId) => {
    const sid = told.get({ messageId })?.sid;
    if (sid !== undefined && settle.run({ messageId, sid }) > 0) mergeEarly(sid);
  };
}
