import type { StatusUpdate } from '../core/outcome/receipt.ts';
import { isFinalStatus } from '../core/outcome/status.ts';
import type { Receipts, TrackedMessage } from '../ledger/receipts.ts';
import { pagesOf } from '../provider/pages.ts';
import type { MessageRecord, Sender } from '../provider/provider.ts';

/** What tracking works with. Times in milliseconds. */
export interface TrackOptions {
  readonly ledger: Receipts;
  readonly provider: Sender;
  /** How long to go on asking. */
  readonly forMs: number;
  /** Only this message of the campaign. */
  readonly sid?: string | undefined;
  /** The most requests in one round. */
  readonly requestsPerRound?: number;
  readonly signal: AbortSignal;
  /** The clock on the wall, for when something was heard. */
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears after each round how many messages are open still. */
  readonly onRound?: ((open: number) => Promise<void> | void) | undefined;
}

/** Rounds begin close together and grow apart: most messages end within seconds, the last ones take minutes. */
const firstPauseMs = 2000;
const longestPauseMs = 30_000;
const defaultRequests = 100;

/** Up to this many messages are asked for one by one: a page of a busy account would cost as much. */
const fewMessages = 5;

/** Twilio's clock may be behind ours by this much, in milliseconds. */
const clockSlackMs = 600_000;

/** Asks Twilio until every message of a campaign, or the one, has its final status, or time is up. Returns how many are open. */
export async function track(campaignId: string, options: TrackOptions): Promise<number> {
  const { monotonic, sleep, signal, forMs } = options;
  const until = monotonic() + forMs;
  const openNow = () => options.ledger.undelivered(campaignId, options.sid);
  let open = await openNow();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    await askFor(open, options);
    open = await openNow();
    await options.onRound?.(open.length);
    if (open.length === 0 || signal.aborted || monotonic() + pauseMs > until) return open.length;
    await sleep(pauseMs, signal);
    if (signal.aborted) return open.length;
  }
}

/** What tracking one message of Twilio's works with. Times in milliseconds. */
export interface TrackRecordOptions
  extends Pick<TrackOptions, 'provider' | 'forMs' | 'signal' | 'monotonic' | 'sleep'> {
  readonly accountSid: string | undefined;
}

/** Asks Twilio for a message, of whatever origin, until it has its final status or time is up; undefined when it is not known. */
export async function trackRecord(sid: string, options: TrackRecordOptions): Promise<MessageRecord | undefined> {
  const { provider, accountSid, forMs, monotonic, sleep, signal } = options;
  const until = monotonic() + forMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const record = await provider.fetch(sid, accountSid);
    const isOver = record === undefined || isFinalStatus(record.status);
    if (isOver || signal.aborted || monotonic() + pauseMs > until) return record;
    await sleep(pauseMs, signal);
    if (signal.aborted) return record;
  }
}

async function askFor(open: readonly TrackedMessage[], options: TrackOptions): Promise<void> {
  const byAccount = new Map<string | undefined, TrackedMessage[]>();
  for (const message of open) {
    const group = byAccount.get(message.accountSid);
    if (group) group.push(message);
    else byAccount.set(message.accountSid, [message]);
  }
  for (const [accountSid, messages] of byAccount) {
    if (messages.length <= fewMessages) await fetchEach(messages, options);
    else await readPages(messages, accountSid, options);
  }
}

async function fetchEach(messages: readonly TrackedMessage[], options: TrackOptions): Promise<void> {
  const { ledger, provider, now } = options;
  const records = await Promise.all(messages.map(({ sid, accountSid }) => provider.fetch(sid, accountSid)));
  await ledger.receive(records.filter((record) => record !== undefined).map((record) => toUpdate(record, now())));
}

/** Reads the account's messages, newest first, until all that are open have been seen, or are older than the page. */
async function readPages(
  messages: readonly TrackedMessage[],
  accountSid: string | undefined,
  { ledger, provider, now, signal, requestsPerRound = defaultRequests }: TrackOptions,
): Promise<void> {
  const wanted = new Set(messages.map(({ sid }) => sid));
  const since = Math.min(...messages.map(({ claimedAt }) => claimedAt)) - clockSlackMs;
  let requests = 0;
  if (signal.aborted) return;
  for await (const page of pagesOf((next) => provider.recent(next, accountSid), since)) {
    // What could not be read now is asked for in the next round.
    if (!page.ok) return;
    await ledger.receive(
      page.messages.filter(({ sid }) => wanted.delete(sid)).map((record) => toUpdate(record, now())),
    );
    if (++requests >= requestsPerRound || wanted.size === 0 || signal.aborted) return;
  }
}

function toUpdate({ sid, status, code, price, segments }: MessageRecord, at: number): StatusUpdate {
  return {
    ...{ sid, status, at, source: 'poll' },
    ...(code !== undefined && { code }),
    ...(price !== undefined && { price }),
    ...(segments !== undefined && { segments }),
  };
}
