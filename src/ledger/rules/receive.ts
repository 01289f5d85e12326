import { type OutgoingEvent, statusEvent } from '../../core/outcome/event.ts';
import type { StatusUpdate } from '../../core/outcome/receipt.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import { confirmAll, type Evidence } from './confirm.ts';
import type { Correspondents } from './opt-outs.ts';
import type { OutcomeRow, Outcomes, Standing } from './outcome.ts';
import { mergeReceipt, receiptIndex, suppressed } from './receipts.ts';

/** A receipt as the ledger keeps it: once for a SID, a status and a code. */
export interface KeptReceipt extends StatusUpdate {
  /** True: it became an outgoing event, whoever had reported it first. */
  readonly isQueued: boolean;
}

/** A message that Twilio took. */
export interface AcceptedRow extends Standing, Correspondents {
  readonly id: string;
  readonly sid: string;
}

/** What the ledger holds when receipts come in. */
export interface Receiving {
  /** Each is to become an outgoing event, once. */
  readonly passOn: boolean;
  /** The receipts that are the same as some of these. */
  readonly kept: readonly KeptReceipt[];
  /** The messages that have these SIDs. */
  readonly accepted: readonly AcceptedRow[];
  /** The messages that these may confirm by their ids. */
  readonly unconfirmed: readonly OutcomeRow[];
  /** Of the unconfirmed: what was reported of the SIDs that callbacks with their ids have named, and whose those are. */
  readonly reported: { readonly receipts: readonly StatusUpdate[]; readonly owners: Evidence['owners'] };
}

/** How a message stands now. */
export interface NewStanding extends Standing {
  readonly id: string;
}

/** What is written when receipts have come in. `outcomes`: the messages that they confirm. */
export interface Received extends Outcomes {
  /** Accepted messages that have moved on. */
  readonly deliveries: readonly NewStanding[];
  /** Receipts that are new. */
  readonly receipts: readonly KeptReceipt[];
  /** Receipts that were kept before and become an event only now. */
  readonly queued: readonly StatusUpdate[];
  readonly events: readonly OutgoingEvent[];
  /** How many of the receipts were new and about a message of the ledger. */
  readonly news: number;
}

/** The ids of ours that receipts carry, those aside of the messages that have their SIDs: most callbacks are about such. */
export function openIds(updates: readonly StatusUpdate[], accepted: readonly AcceptedRow[]): readonly string[] {
  const known = new Set(accepted.map(({ id }) => id));
  return updates.flatMap(({ messageId }) => (messageId === undefined || known.has(messageId) ? [] : messageId));
}

/**
 * Takes receipts in, in their order: each is kept once, confirms the message whose id it carries, and is merged into
 * the one that has its SID.
 */
export function receive(updates: readonly StatusUpdate[], { passOn, kept, ...known }: Receiving): Received {
  const confirmed = confirm(updates, known);
  const messages = messagesIn(known.accepted);
  const before = new Map(kept.map((receipt) => [keyOf(receipt), receipt]));
  const fresh = new Map<string, KeptReceipt>();
  const queued = new Map<string, StatusUpdate>();
  let news = 0;
  for (const update of updates) {
    const key = keyOf(update);
    const isNew = !before.has(key) && !fresh.has(key);
    if (isNew) fresh.set(key, { ...update, isQueued: passOn });
    // What a poll has reported before is still news to whom it is passed on to.
    else if (passOn && before.get(key)?.isQueued === false && !queued.has(key)) queued.set(key, update);
    const isOurs = confirmed.sids.has(update.sid) || messages.merge(update);
    if (isOurs && isNew) news++;
  }
  const receipts = [...fresh.values()];
  return {
    ...{ outcomes: confirmed.outcomes, optOuts: [...confirmed.optOuts, ...messages.optOuts], news },
    ...{ deliveries: messages.moved(), receipts, queued: [...queued.values()] },
    events: passOn ? [...receipts, ...queued.values()].map(statusEvent) : [],
  };
}

const keyOf = ({ sid, status, code = 0 }: StatusUpdate): string => `${sid} ${status} ${code}`;

/** Confirms messages by all that was ever said of their SIDs, these receipts included. */
function confirm(
  updates: readonly StatusUpdate[],
  { unconfirmed, reported }: Pick<Receiving, 'unconfirmed' | 'reported'>,
) {
  if (unconfirmed.length === 0) return nothingConfirmed;
  const receipts = receiptIndex([...reported.receipts, ...updates]);
  const { outcomes, optOuts } = confirmAll(unconfirmed, { receipts, owners: reported.owners });
  return { outcomes, optOuts, sids: new Set(outcomes.map(({ sid }) => sid)) };
}

const nothingConfirmed: Outcomes & { readonly sids: ReadonlySet<string | null> } = {
  ...{ outcomes: [], optOuts: [], sids: new Set() },
};

/** Accepted messages, as they move on receipt by receipt. */
function messagesIn(rows: readonly AcceptedRow[]) {
  const bySid = new Map(rows.map((row) => [row.sid, row]));
  const standings = new Map<string, NewStanding>();
  const optOuts: OptOut[] = [];
  return {
    optOuts,
    /** False when there is no accepted message that has the SID. */
    merge: (update: StatusUpdate): boolean => {
      const { sid } = update;
      const row = bySid.get(sid);
      if (row === undefined) return false;
      const before = standings.get(sid) ?? row;
      const { status, code, price, segments, suppress } = mergeReceipt(before, update);
      if (status !== before.status || code !== before.code || price !== before.price || segments !== before.segments) {
        standings.set(sid, { id: row.id, status, code, price, segments });
      }
      if (suppress) optOuts.push(...suppressed(row, code, update));
      return true;
    },
    moved: (): readonly NewStanding[] => [...standings.values()],
  };
}
