import { type Clock, messageResource, progressOf, senderOf } from './resource.ts';
import type { StoredMessage } from './store.ts';

/** How late a message with the fault `list-lag` shows up in lists, in milliseconds. */
const listLagMs = 5000;

/** What lists show of the messages: not those that a fault hides, yet or for ever. */
function isListed({ truth }: StoredMessage, { nowMs }: Clock): boolean {
  if (truth.faults.includes('list-omission')) return false;
  return !truth.faults.includes('list-lag') || nowMs - truth.createdAt >= listLagMs;
}

type IsWanted = (message: StoredMessage) => boolean;

/** `From` and the three forms of `DateSent`; what Twilio does not know it ignores. */
function filterOf(query: URLSearchParams, clock: Clock): IsWanted {
  const from = query.get('From');
  const day = (name: string) => query.get(name)?.slice(0, 10);
  const [on, before, after] = [day('DateSent'), day('DateSent<'), day('DateSent>')];
  const hasDay = (on ?? before ?? after) !== undefined;
  if (from === null && !hasDay) return () => true;
  return (message) => {
    const { status, sentMs } = progressOf(message, clock);
    if (from !== null && senderOf(message, status) !== from) return false;
    if (!hasDay) return true;
    if (sentMs === undefined) return false;
    const date = new Date(sentMs).toISOString().slice(0, 10);
    return (
      (on === undefined || date === on) &&
      (before === undefined || date <= before) &&
      (after === undefined || date >= after)
    );
  };
}

/** Where a page starts: after the message its token names, so that newer ones meanwhile shift nothing; or by number. */
interface From {
  readonly below: number;
  readonly skip: number;
}

/** The newest wanted messages from a place on. Walks only as far as it must: lists may be a million long. */
function take(messages: readonly StoredMessage[], isWanted: IsWanted, { below, skip }: From, count: number) {
  const taken: StoredMessage[] = [];
  let toSkip = skip;
  for (let i = messages.length - 1; i >= 0 && taken.length < count; i--) {
    const message = messages[i];
    if (!message || message.index >= below || !isWanted(message)) continue;
    if (toSkip > 0) toSkip--;
    else taken.push(message);
  }
  return taken;
}

function startOf(token: string | null, skip: number): From {
  const index = /^PA(\d+)$/.exec(token ?? '')?.[1];
  return index === undefined ? { below: Number.POSITIVE_INFINITY, skip } : { below: Number(index), skip: 0 };
}

/** What a list is asked for. */
export interface ListRequest {
  readonly accountSid: string;
  /** The list's own, without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** One page of messages, newest first, in Twilio's envelope. `messages` are oldest first. */
export function listPage(messages: readonly StoredMessage[], { accountSid, path, query }: ListRequest, clock: Clock) {
  const size = Math.min(1000, Math.max(1, Math.floor(Number(query.get('PageSize'))) || 50));
  const page = Math.max(0, Math.floor(Number(query.get('Page'))) || 0);
  const passes = filterOf(query, clock);
  const isWanted: IsWanted = (message) =>
    !message.isDeleted && message.truth.accountSid === accountSid && isListed(message, clock) && passes(message);
  const found = take(messages, isWanted, startOf(query.get('PageToken'), page * size), size + 1);
  const shown = found.slice(0, size);
  const uri = (number: number, token?: string) => {
    const other = new URLSearchParams(query);
    other.set('PageSize', String(size));
    other.set('Page', String(number));
    if (token === undefined) other.delete('PageToken');
    else other.set('PageToken', token);
    return `${path}?${other}`;
  };
  return {
    messages: shown.map((message) => messageResource(message, clock)),
    first_page_uri: uri(0),
    next_page_uri: found.length > size ? uri(page + 1, `PA${shown.at(-1)?.index}`) : null,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(0, shown.length - 1),
    uri: uri(page, query.get('PageToken') ?? undefined),
  };
}
