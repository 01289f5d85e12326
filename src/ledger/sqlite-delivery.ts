import { afterReceipt, type StatusUpdate } from '../core/delivery.ts';
import { isFinalStatus, messageStatuses } from '../core/status.ts';
import type { Database } from './driver.ts';
import type { Ledger, TrackedMessage } from './ledger.ts';
import { optOutAdder } from './sqlite-opt-outs.ts';

interface DeliveryRow {
  readonly status: string | null;
  readonly code: number | null;
  readonly address: string;
  readonly sender: string;
}

interface TrackedRow {
  readonly sid: string;
  readonly account: string | null;
  readonly claimed_at: number;
}

const finalStatuses = messageStatuses.filter(isFinalStatus).map((status) => `'${status}'`);

/** What became of messages after Twilio took them. */
export function sqliteDelivery(database: Database): Pick<Ledger, 'receive' | 'undelivered'> {
  const note = database.prepare(`insert into status_events (sid, status, code, source, at)
    values (:sid, :status, :code, :source, :at) on conflict do nothing`);
  const read = database.prepare<DeliveryRow>(
    "select status, code, recipient as address, sender from messages where sid = :sid and state = 'accepted'",
  );
  const write = database.prepare(`update messages set status = :status, code = :code,
    price = coalesce(:price, price), segments = coalesce(:segments, segments) where sid = :sid`);
  const suppress = optOutAdder(database);
  const open = database.prepare<TrackedRow>(`
    select sid, request ->> 'accountSid' as account, claimed_at from messages
    where campaign_id = :campaignId and state = 'accepted' and sid is not null
      and (status is null or status not in (${finalStatuses.join(', ')})) order by seq`);

  const receive = (update: StatusUpdate): boolean => {
    const { sid, status, code = 0, source, at, price = null, segments = null } = update;
    const isNew = note.run({ sid, status, code, source, at }) > 0;
    const known = read.get({ sid });
    if (!known) return false;
    const change = afterReceipt({ status: known.status ?? undefined, code: known.code ?? undefined }, update);
    write.run({ sid, status: change.status, code: change.code ?? null, price, segments });
    const { address, sender } = known;
    if (change.suppress) suppress({ address, sender, source: String(change.code), at });
    return isNew;
  };
  return {
    receive: async (updates) => database.transaction(() => updates.filter(receive).length),
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
