import type { MessageRequest } from '../message.ts';

/** A message as Twilio's list shows it. */
export interface ListedMessage {
  readonly sid: string;
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly direction: string;
  readonly body: string;
  readonly status: string;
  /** By Twilio's clock, in milliseconds since 1970. */
  readonly createdAt: number;
}

/** A message of ours that may have been sent. */
export interface UnknownMessage {
  readonly id: string;
  readonly request: MessageRequest;
  /** When it was claimed, in milliseconds since 1970. */
  readonly claimedAt: number;
  /** How far Twilio's clock was ahead of ours then, in milliseconds; absent where that was not known. */
  readonly clockAheadMs?: number;
}

/** What a look at Twilio's list says of the unknown messages to one recipient. */
export interface Look {
  readonly unknown: readonly UnknownMessage[];
  readonly listed: readonly ListedMessage[];
  /** SIDs that belong to other messages of the ledger already. */
  readonly taken: ReadonlySet<string>;
  /** How far Twilio's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
  /** How long one request may have taken, in milliseconds. */
  readonly timeoutMs: number;
  /** True when another message to this recipient is on its way right now: then only its text tells them apart. */
  readonly isContested: boolean;
}

/** What became of one unknown message. */
export type Finding =
  | { readonly id: string; readonly kind: 'sent'; readonly sid: string; readonly status: string }
  | { readonly id: string; readonly kind: 'absent' }
  | { readonly id: string; readonly kind: 'ambiguous'; readonly candidates: number };

/** Twilio's dates have whole seconds, and clocks are compared to about one. */
const slackBeforeMs = 2000;
/** A request that we gave up on may still be worked off. */
const slackAfterMs = 60_000;

/**
 * Matches unknown messages with what Twilio lists: by exact text, then by text as Twilio may have changed it,
 * then a single SID that nobody claims. One SID settles one message; where that leaves a choice, a person decides.
 */
export function settle(look: Look): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const free = new Set(look.listed.filter((one) => one.direction.startsWith('outbound') && !look.taken.has(one.sid)));
  for (const textOf of [exactText, normalText]) assign(look, free, findings, textOf);
  if (!look.isContested) assignLast(look, free, findings);
  return look.unknown.map(({ id, ...rest }) => {
    const candidates = [...free].filter((one) => couldBe({ id, ...rest }, one, look)).length;
    const open: Finding = candidates > 0 ? { id, kind: 'ambiguous', candidates } : { id, kind: 'absent' };
    return findings.get(id) ?? open;
  });
}

type TextOf = (text: string) => string;
const exactText: TextOf = (text) => text;

/** Undoes what Twilio may do to a text: trial prefix, smart encoding, short links, outer space. */
const normalText: TextOf = (text) =>
  text
    .replace(/^Sent from your Twilio trial account - /, '')
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″]/g, '"')
    .replace(/[‐-―]/g, '-')
    .replace(/…/g, '...')
    .replace(/https?:\/\/\S+/gi, '<link>')
    .replace(/\s+/g, ' ')
    .trim();

/** Same sender, and created when our request was out. */
function couldBe({ request, claimedAt }: UnknownMessage, listed: ListedMessage, look: Look): boolean {
  const { from, messagingServiceSid } = request;
  const isSameService = (messagingServiceSid ?? null) === listed.messagingServiceSid;
  // With a service, and at times without one, Twilio does not say who sent it.
  const isSameSender = from === undefined || listed.from === null || listed.from === from;
  const earliest = claimedAt + look.clockAheadMs - slackBeforeMs;
  const latest = claimedAt + look.clockAheadMs + look.timeoutMs + slackAfterMs;
  return isSameService && isSameSender && listed.createdAt >= earliest && listed.createdAt <= latest;
}

/** Settles messages whose text says which is theirs, unless there are more candidates than messages. */
function assign(look: Look, free: Set<ListedMessage>, findings: Map<string, Finding>, textOf: TextOf): void {
  const open = look.unknown.filter(({ id, request }) => !findings.has(id) && request.body !== undefined);
  for (const text of new Set(open.map(({ request }) => textOf(request.body ?? '')))) {
    const ours = open.filter(({ request }) => textOf(request.body ?? '') === text);
    const theirs = [...free].filter(
      (one) => textOf(one.body) === text && ours.some((message) => couldBe(message, one, look)),
    );
    if (theirs.length > ours.length) continue;
    for (const message of ours) {
      const match = theirs.find((one) => free.has(one) && couldBe(message, one, look));
      if (match) take(message, match, free, findings);
    }
  }
}

/** The last one open takes the only one that is left. */
function assignLast(look: Look, free: Set<ListedMessage>, findings: Map<string, Finding>): void {
  const open = look.unknown.filter(({ id }) => !findings.has(id));
  const [message] = open;
  if (!message || open.length > 1) return;
  const left = [...free].filter((one) => couldBe(message, one, look));
  if (left.length === 1 && left[0]) take(message, left[0], free, findings);
}

function take(
  { id }: UnknownMessage,
  match: ListedMessage,
  free: Set<ListedMessage>,
  findings: Map<string, Finding>,
): void {
  free.delete(match);
  findings.set(id, { id, kind: 'sent', sid: match.sid, status: match.status });
}
