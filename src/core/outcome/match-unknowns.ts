import type { MessageRequest } from '../message.ts';
import { type Likeness, type ListedContent, likenessOf, plainText } from './likeness.ts';

/** What to do with a message that Twilio does not list: leave it to a person, or send it again. */
export type OnUnknown = 'hold' | 'resend';

/** A message as Twilio's list shows it. */
export interface ListedMessage extends ListedContent {
  readonly sid: string;
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly direction: string;
  readonly status: string;
  /** By Twilio's clock, in milliseconds since 1970; NaN where it does not say. */
  readonly createdAt: number;
}

/** A message of ours that may have been sent. */
export interface UnknownMessage {
  readonly id: string;
  readonly request: MessageRequest;
  /** When it was claimed by our clock, in milliseconds since 1970. */
  readonly claimedAt: number;
  /** How far Twilio's clock was ahead of ours then, in milliseconds; absent where that was not known. */
  readonly clockAheadMs?: number | undefined;
}

/** The unknown messages to one recipient, and what Twilio's list shows. */
export interface ListComparison {
  readonly unknown: readonly UnknownMessage[];
  readonly listed: readonly ListedMessage[];
  /** SIDs that belong to other messages of the ledger already. */
  readonly taken: ReadonlySet<string>;
  /** How far Twilio's clock is ahead of ours now, in milliseconds; undefined: not known. */
  readonly clockAheadMs: number | undefined;
  /** How long one request may have taken, in milliseconds. */
  readonly timeoutMs: number;
  /** True when another message to this recipient is on its way right now: then only its own text tells them apart. */
  readonly isContested: boolean;
}

/** What became of one unknown message. `candidates`: how many listed messages a person has to choose from. */
export type UnknownMatch =
  | { readonly id: string; readonly kind: 'sent'; readonly sid: string; readonly status: string }
  | { readonly id: string; readonly kind: 'absent' }
  | { readonly id: string; readonly kind: 'ambiguous'; readonly candidates: number };

/** Twilio's dates have whole seconds, and clocks are compared to about one, in milliseconds. */
const slackMs = 2000;
/** A request that we gave up on may still be worked off. */
const slackAfterMs = 60_000;

/**
 * Matches unknown messages with what Twilio lists. Only a rewriting of our text, by our sender, from when our request
 * was out, is ours: the very text, the text as Twilio may write it, then one with shorter links. One SID settles one
 * message; where that leaves a choice, a person decides. What could be ours by its text is never `absent`,
 * whenever it was created: clocks step, sleep and are wrong.
 *
 * A request without a text of its own (a content template, media only, a text that Twilio does not keep) is found
 * only as the one candidate in time, while no other message to the recipient is open; else a person decides.
 */
export function matchUnknowns(comparison: ListComparison): readonly UnknownMatch[] {
  const pairs = pairsOf(comparison);
  const found = new Map<UnknownMessage, ListedMessage>();
  const timely = pairs.filter(({ timeliness }) => timeliness !== 'none');
  matchTexts(timely, found, ['exact']);
  matchTexts(timely, found, ['exact', 'same']);
  if (!comparison.isContested) {
    matchOnly(timely, found, 'shortened');
    if (comparison.unknown.length === 1) matchOnly(timely, found, 'rendered');
  }
  return comparison.unknown.map((message) => matchOf(message, open(pairs, found), found));
}

function matchOf(message: UnknownMessage, open: readonly Pair[], found: Found): UnknownMatch {
  const { id, request } = message;
  const listed = found.get(message);
  if (listed) return { id, kind: 'sent', sid: listed.sid, status: listed.status };
  const candidates = open.filter((pair) => pair.message === message).length;
  // A list by recipient need not find one whose number Twilio was told not to keep.
  const isHidden = request.addressRetention === 'obfuscate';
  return candidates > 0 || isHidden ? { id, kind: 'ambiguous', candidates } : { id, kind: 'absent' };
}

/** What the times say: created while our request was out; or so if the clock is trusted that far; or not. */
type Timeliness = 'firm' | 'weak' | 'none';

/** A listed message that could be ours by sender and text. */
interface Pair {
  readonly message: UnknownMessage;
  readonly listed: ListedMessage;
  readonly likeness: Likeness;
  readonly timeliness: Timeliness;
}

type Found = Map<UnknownMessage, ListedMessage>;

function pairsOf(comparison: ListComparison): readonly Pair[] {
  const { listed, taken, unknown } = comparison;
  const free = listed
    .filter((one) => one.direction.startsWith('outbound') && !taken.has(one.sid))
    .sort((a, b) => a.createdAt - b.createdAt);
  const inOrder = [...unknown].sort((a, b) => a.claimedAt - b.claimedAt);
  return inOrder.flatMap((message) =>
    free
      .filter((one) => isSameSender(message.request, one))
      .map((one) => ({
        ...{ message, listed: one },
        likeness: likenessOf(message.request, one),
        timeliness: timelinessOf(message, one, comparison),
      }))
      .filter(({ likeness }) => likeness !== 'none'),
  );
}

function isSameSender({ from, messagingServiceSid }: MessageRequest, listed: ListedMessage): boolean {
  const isSameService = (messagingServiceSid ?? null) === listed.messagingServiceSid;
  // With a service, and at times without one, Twilio does not say who sent it.
  return isSameService && (from === undefined || listed.from === null || listed.from === from);
}

function timelinessOf(
  { claimedAt, clockAheadMs: then }: UnknownMessage,
  { createdAt }: ListedMessage,
  { clockAheadMs: now, timeoutMs }: ListComparison,
): Timeliness {
  const isFirm = then !== undefined && now !== undefined && Math.abs(then - now) <= slackMs;
  const known = [then, now].filter((ahead) => ahead !== undefined);
  const isTimely = (known.length > 0 ? known : [0]).some((ahead) => {
    const at = claimedAt + ahead;
    return createdAt >= at - slackMs && createdAt <= at + timeoutMs + slackAfterMs;
  });
  if (!isTimely) return 'none';
  return isFirm ? 'firm' : 'weak';
}

/** The pairs of which neither side has been settled. */
function open(pairs: readonly Pair[], found: Found): readonly Pair[] {
  const gone = new Set(found.values());
  return pairs.filter(({ message, listed }) => !found.has(message) && !gone.has(listed));
}

/** Settles messages whose text says which is theirs, unless there are more candidates than messages. */
function matchTexts(pairs: readonly Pair[], found: Found, likenesses: readonly Likeness[]): void {
  const left = open(pairs, found).filter(({ likeness }) => likenesses.includes(likeness));
  for (const group of groupsOf(left)) {
    const ours = new Set(group.map(({ message }) => message));
    const theirs = new Set(group.map(({ listed }) => listed));
    if (theirs.size > ours.size) continue;
    // Both sides in the order of their times, so that none takes the only one that another could have.
    for (const message of ours) {
      const pair = open(group, found).find((one) => one.message === message);
      if (pair) found.set(message, pair.listed);
    }
  }
}

/** Pairs whose messages say the same, together. */
function groupsOf(pairs: readonly Pair[]): Iterable<readonly Pair[]> {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const text = plainText(pair.message.request.body ?? '');
    const group = groups.get(text);
    if (group) group.push(pair);
    else groups.set(text, [pair]);
  }
  return groups.values();
}

/** Settles a message by its only candidate in time, when that is nobody else's and the clocks are sure. */
function matchOnly(pairs: readonly Pair[], found: Found, wanted: Likeness): void {
  const left = open(pairs, found);
  for (const { message, listed, likeness, timeliness } of left) {
    const rivals = left.filter((one) => one.message === message || one.listed === listed);
    if (likeness === wanted && timeliness === 'firm' && rivals.length === 1) found.set(message, listed);
  }
}
