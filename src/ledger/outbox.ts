import type { OutgoingEvent } from '../core/outcome/event.ts';

/** An event on its way to somebody else. */
export interface QueuedEvent {
  readonly event: OutgoingEvent;
  /** How often it was tried. */
  readonly attempts: number;
}

/** What is to be passed on to somebody else, kept until it was taken. Used by `listen`, which writes and posts it. */
export interface Outbox {
  /** Puts an event in; one that is there already is passed over. */
  keepEvent(event: OutgoingEvent): Promise<void>;
  /** The events that are due by the ledger's clock, oldest first, at most `limit`. */
  dueEvents(limit: number): Promise<readonly QueuedEvent[]>;
  /** Takes events out. */
  dropEvents(ids: readonly string[]): Promise<void>;
  /** Counts a try that failed; the event is due again at `dueAt` (milliseconds since 1970). */
  delayEvent(id: string, dueAt: number): Promise<void>;
  /** How many events wait to be passed on. */
  countEvents(): Promise<number>;
}
