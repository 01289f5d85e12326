import { eventJson, keptForMs, type OutgoingEvent, retryDelayMs } from '../core/outcome/event.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { QueuedEvent } from '../ledger/outbox.ts';
import type { EventPoster } from './poster.ts';

/** What passing on works with. Times in milliseconds. */
export interface PassOnOptions {
  readonly ledger: Ledger;
  readonly poster: EventPoster;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears of an event that was not taken, and whether it is given up. */
  readonly onFailed: (event: OutgoingEvent, reason: string, isGivenUp: boolean) => void;
  /** Hears that the ledger cannot be used right now. */
  readonly onTrouble: (problem: string) => void;
}

const atOnce = 16;

/** How long to leave a ledger alone that could not be used. */
const troubleMs = 5000;

/** How often the queue is looked at while nothing is due. */
const idleMs = 250;

/**
 * Posts what is in the queue, and what comes, until the signal. An event leaves the queue once it was taken (2xx),
 * so one may be posted twice after a crash, with the same id; what nobody takes for days is given up.
 */
export async function passOn(options: PassOnOptions): Promise<void> {
  const { signal, sleep } = options;
  while (!signal.aborted) {
    try {
      if ((await passOnDue(options)) === 0) await sleep(idleMs, signal);
    } catch (error) {
      // What is not dropped is passed on once more, with the same id; who listens meanwhile must go on listening.
      if (!(error instanceof CliError)) throw error;
      options.onTrouble(error.message);
      await sleep(troubleMs, signal);
    }
  }
}

/** Passes on what is due; resolves to how many events were tried. */
async function passOnDue(options: PassOnOptions): Promise<number> {
  const { ledger } = options;
  const due = await ledger.dueEvents(atOnce);
  const taken = await Promise.all(due.map((queued) => passOnOne(queued, options)));
  await ledger.dropEvents(taken.filter((id) => id !== undefined));
  return due.length;
}

/** Resolves to the id of an event that is done with. */
async function passOnOne({ event, attempts }: QueuedEvent, options: PassOnOptions): Promise<string | undefined> {
  const { ledger, poster, now, onFailed, signal } = options;
  const message = await ledger.findSid(event.sid, event.kind === 'status' ? event.messageId : undefined);
  const problem = await poster.post(event.id, JSON.stringify(eventJson(event, message)));
  if (problem === undefined) return event.id;
  // Cut off by our own end: it is tried at once when we are back.
  if (signal.aborted) return undefined;
  const isGivenUp = now() - event.at > keptForMs;
  onFailed(event, problem, isGivenUp);
  if (isGivenUp) return event.id;
  await ledger.delayEvent(event.id, now() + retryDelayMs(attempts));
  return undefined;
}
