import { type Clock, messageResource } from './resource.ts';
import type { StoredMessage } from './store.ts';

/** How late a message with the fault `list-lag` shows up in lists, in milliseconds. */
const listLagMs = 5000;

/** What lists show of the messages: not those that a fault hides, yet or for ever. */
function isListed({ truth }: StoredMessage, { nowMs }: Clock): boolean {
  if (truth.faults.includes('list-omission')) return false;
  return !truth.faults.includes('list-lag') || nowMs - truth.createdAt >= listLagMs;
}

type Wanted = (resource: Readonly<Record<string, unknown>>) => boolean;

/** `From` and the three forms of `DateSent`; what Twilio does not know it ignores. */
function filterOf(query: URLSearchParams): Wanted {
  const from = query.get('From');
  const day = (name: string) => query.get(name)?.slice(0, 10);
  const [on, before, after] = [day('DateSent'), day('DateSent<'), day('DateSent>')];
  return ({ from: sender, date_sent: sent }) => {
    if (from !== null && sender !== from) return false;
    if (on === undefined && before === undefined && after === undefined) return true;
    if (typeof sent !== 'string') return false;
    const date = new Date(sent).toISOString().slice(0, 10);
    return (
      (on === undefined || date === on) &&
      (before === undefined || date <= before) &&
      (after === undefined || date >= after)
    );
  };
}

/** One page of messages, in Twilio's envelope. `path` is the list's own, without its query. */
export function listPage(messages: readonly StoredMessage[], path: string, query: URLSearchParams, clock: Clock) {
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize')) || 50));
  const page = Math.max(0, Number(query.get('Page')) || 0);
  const wanted = filterOf(query);
  const resources = messages
    .filter((message) => isListed(message, clock))
    .map((message) => messageResource(message, clock))
    .filter(wanted);
  const start = startOf(resources, query.get('PageToken'), page * size);
  const shown = resources.slice(start, start + size);
  const last = shown.at(-1);
  const hasMore = start + size < resources.length && last !== undefined;
  const uri = (number: number, token?: string) => {
    const next = new URLSearchParams(query);
    next.set('PageSize', String(size));
    next.set('Page', String(number));
    if (token !== undefined) next.set('PageToken', token);
    else next.delete('PageToken');
    return `${path}?${next}`;
  };
  return {
    messages: shown,
    first_page_uri: uri(0),
    next_page_uri: hasMore ? uri(page + 1, `PA${String(last['sid'])}`) : null,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    page,
    page_size: size,
    start,
    end: start + Math.max(0, shown.length - 1),
    uri: uri(page),
  };
}

/** A page goes on after the message its token names, so that newer messages meanwhile shift nothing. */
function startOf(
  resources: readonly Readonly<Record<string, unknown>>[],
  token: string | null,
  byNumber: number,
): number {
  if (token === null) return byNumber;
  return resources.findIndex(({ sid }) => `PA${String(sid)}` === token) + 1;
}
