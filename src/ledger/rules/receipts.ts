import { afterReceipt, type StatusUpdate } from '../../core/outcome/receipt.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import { pseudonymPrefix } from '../../core/recipient/mask.ts';
import { type Correspondents, optOutBy } from './opt-outs.ts';
import type { Standing } from './outcome.ts';

/** Receipts by what they are about, those that were heard first in front. */
export interface ReceiptIndex {
  readonly ofSid: (sid: string) => readonly StatusUpdate[];
  /** The SIDs that callbacks with this id of ours have named. */
  readonly sidsOf: (messageId: string) => readonly string[];
}

/** An index of receipts that are given in the order in which they were heard. */
export function receiptIndex(receipts: readonly StatusUpdate[] = []): ReceiptIndex {
  const bySid = new Map<string, StatusUpdate[]>();
  const sids = new Map<string, string[]>();
  for (const receipt of receipts) {
    listIn(bySid, receipt.sid).push(receipt);
    if (receipt.messageId === undefined) continue;
    const named = listIn(sids, receipt.messageId);
    if (!named.includes(receipt.sid)) named.push(receipt.sid);
  }
  return { ofSid: (sid) => bySid.get(sid) ?? [], sidsOf: (messageId) => sids.get(messageId) ?? [] };
}

function listIn<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** How a message stands after receipts, and who must not be texted again. */
export interface Merged {
  readonly standing: Standing;
  readonly optOuts: readonly OptOut[];
}

/**
 * Merges receipts, in their order, into an accepted message: the status that is further along wins, and a code stays
 * with the status it came with. Who is reported to be out of reach for good is suppressed for the message's sender.
 */
export function mergeReceipts(before: Standing, receipts: readonly StatusUpdate[], whose: Correspondents): Merged {
  let standing = before;
  const optOuts: OptOut[] = [];
  for (const receipt of receipts) {
    const { suppress, ...merged } = mergeReceipt(standing, receipt);
    standing = merged;
    if (suppress) optOuts.push(...suppressed(whose, merged.code, receipt));
  }
  return { standing, optOuts };
}

/** Merges one receipt; see `mergeReceipts`. `suppress`: its recipient is out of reach for good. */
export function mergeReceipt(
  { status, code, price, segments }: Standing,
  receipt: StatusUpdate,
): Standing & { readonly suppress: boolean } {
  const change = afterReceipt({ status: status ?? undefined, code: code ?? undefined }, receipt);
  return {
    status: change.status,
    code: change.code ?? null,
    price: receipt.price ?? price,
    segments: receipt.segments ?? segments,
    suppress: change.suppress,
  };
}

/** Who must not be texted again after a receipt; of a purged message nobody knows any more whom it went to. */
export function suppressed(whose: Correspondents, code: number | null, { at }: StatusUpdate): readonly OptOut[] {
  return whose.recipient.startsWith(pseudonymPrefix) ? [] : [optOutBy(whose, code, at)];
}
