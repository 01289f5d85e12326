import type { Campaign } from '../ledger/plans.ts';
import type { Replies, Reply } from '../ledger/replies.ts';

/** How many replies are read at a time. */
const pageSize = 500;

type Reader = Pick<Replies, 'replies'>;

/** All replies, or those to one campaign, in the order in which they came. */
export async function* readReplies(campaign: Campaign | undefined, ledger: Reader, after = 0): AsyncGenerator<Reply> {
  for (let last = after; ; ) {
    const page = await ledger.replies({ campaignId: campaign?.id, after: last, limit: pageSize });
    yield* page;
    last = page.at(-1)?.number ?? last;
    if (page.length < pageSize) return;
  }
}

/** What following works with. */
export interface FollowPorts {
  readonly ledger: Reader;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never throws. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The time between two looks in milliseconds, and which part of the time a look takes at most: it shall not slow a run. */
const everyMs = 1000;
const lookShare = 0.2;

/** The replies that are there, and those that come, until the signal. */
export async function* followReplies(
  campaign: Campaign | undefined,
  { ledger, signal, monotonic, sleep }: FollowPorts,
): AsyncGenerator<Reply> {
  for (let last = 0; !signal.aborted; ) {
    const begunAt = monotonic();
    for await (const reply of readReplies(campaign, ledger, last)) {
      last = reply.number;
      yield reply;
    }
    await sleep(Math.max(everyMs, (monotonic() - begunAt) / lookShare), signal);
  }
}
