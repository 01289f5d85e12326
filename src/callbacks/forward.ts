import { eventJson, keptForMs, type OutgoingEvent, retryDelayMs } from '../core/outcome/event.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { QueuedEvent } from '../ledger/outbox.ts';
import type { EventPoster } from './poster.ts';

/** What passing on works with. */
export interface PassOnOptions {
  readonly ledger: Pick<Ledger, 'dueEvents' | 'dropEvents' | 'delayEvent' | 'countEvents' | 'findSid'>;
  readonly poster: EventPoster;
  /** Ends the passing on. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never throws. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** An event was not taken; it is tried again later, unless it is given up. */
  readonly onFailed: (event: OutgoingEvent, reason: string, isGivenUp: boolean) => void;
  /** The ledger cannot be used right now. */
  readonly onTrouble: (problem: string) => void;
}

/** How many events are on their way at once: a receiver that is slow shall not keep one from the others. */
const atOnce = 16;

/** How long to leave a ledger alone that could not be used. */
const troubleMs = 5000;

/** How often the queue is looked at while nothing is due. */
const idleMs = 250;

/** Events being passed on beside other work. */
export interface Forwarding {
  /** Cuts off what is on its way; resolves to how many events are left for the next start. Throws what `passOn` threw. */
  readonly stop: () => Promise<number>;
}

/** Passes on what is in the queue, and what comes, until the signal and until it is stopped. */
export function startForwarding(options: PassOnOptions): Forwarding {
  const { ledger, poster, signal } = options;
  const stopped = new AbortController();
  const passing = passOn({ ...options, signal: AbortSignal.any([signal, stopped.signal]) });
  return {
    stop: async () => {
      stopped.abort();
      poster.close();
      await passing;
      return ledger.countEvents();
    },
  };
}

/**
 * Posts what is in the queue, and what comes, until the signal. An event leaves the queue once it was taken (2xx),
 * so one may be posted twice after a crash, with the same id; what nobody takes for days is given up. Throws only bugs.
 */
export async function passOn(options: PassOnOptions): Promise<void> {
  const { signal, sleep } = options;
  while (!signal.aborted) {
    try {
      if ((await passOnDue(options)) === 0) await sleep(idleMs, signal);
    } catch (error) {
      // What is not dropped is passed on once more, with the same id; receiving must go on meanwhile.
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
