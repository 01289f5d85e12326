import type { PlannedSender } from '../plan.ts';
import { senderKindOf } from './pricing.ts';

/** Segments a second that Twilio sends from a kind of number; https://help.twilio.com/articles/115002943027. */
const perSecondByKind: Readonly<Record<string, number>> = { local: 1, 'toll free': 3, shortcode: 100 };

/** What Twilio sends a second from this sender; undefined where that depends on registration. */
function segmentsPerSecond(sender: string): number | undefined {
  const kind = senderKindOf(sender);
  return kind === undefined ? undefined : perSecondByKind[kind];
}

/** How long Twilio takes to send all of it, by the slowest sender whose rate is known. */
export function drainSeconds(senders: readonly PlannedSender[]): number {
  return Math.max(0, ...senders.map(({ sender, segments }) => segments / (segmentsPerSecond(sender) ?? Infinity)));
}

/** A sender that is given messages faster than it sends them, and for longer than they stay valid. */
export interface Overflow {
  readonly sender: string;
  readonly perSecond: number;
  /** How long the last message would wait in Twilio's queue. */
  readonly queueSeconds: number;
}

/** Finds the senders whose queue at Twilio would outlast the validity period of what is in it. */
export function overflows(
  senders: readonly PlannedSender[],
  rate: number | undefined,
  validitySeconds: number,
): readonly Overflow[] {
  return senders.flatMap(({ sender, count, segments }) => {
    const perSecond = segmentsPerSecond(sender);
    if (perSecond === undefined) return [];
    const handedOverSeconds = rate === undefined ? 0 : count / rate;
    const queueSeconds = segments / perSecond - handedOverSeconds;
    return queueSeconds > validitySeconds ? [{ sender, perSecond, queueSeconds }] : [];
  });
}
