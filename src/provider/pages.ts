import { CliError } from '../errors.ts';
import type { ListFilter, MessagePage, MessageRecord, Sender } from './provider.ts';

/**
 * Reads page after page, newest first, each only when it is asked for, until there is no further one. It ends early with
 * a page that could not be read, which says why, and with one whose last message is older than `since` (milliseconds
 * since 1970). `read` gets the `next` of the page before.
 */
export async function* pagesOf(
  read: (page: string | undefined) => Promise<MessagePage>,
  since = Number.NEGATIVE_INFINITY,
): AsyncGenerator<MessagePage> {
  let next: string | undefined;
  do {
    const page = await read(next);
    yield page;
    if (!page.ok) return;
    const isOld = (page.messages.at(-1)?.createdAt ?? since) < since;
    next = isOld ? undefined : page.next;
  } while (next !== undefined);
}

/** Which of an account's messages to read. */
export interface ListOptions {
  /** A subaccount; absent: the account itself. */
  readonly accountSid?: string | undefined;
  readonly filter?: ListFilter | undefined;
  /** Milliseconds since 1970; some older ones may come with the last page. */
  readonly since?: number | undefined;
  /** No further page is asked for after it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An account's messages, newest first; a further page is asked for only when it is needed. Throws a `CliError`
 * (`unreachable`) when one cannot be read, or (`interrupted`) at the signal: what is missing would look as if it were not
 * there.
 */
export async function* listedMessages(
  provider: Pick<Sender, 'recent'>,
  { accountSid, filter, since, signal }: ListOptions = {},
): AsyncGenerator<MessageRecord> {
  for await (const page of pagesOf((next) => provider.recent(next, accountSid, filter), since)) {
    if (!page.ok) throw new CliError('unreachable', `Twilio's list cannot be read (${page.reason}).`);
    yield* page.messages;
    if (signal?.aborted) throw new CliError('interrupted', "Interrupted while Twilio's list was read.");
  }
}
