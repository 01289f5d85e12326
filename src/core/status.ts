/** Twilio's delivery statuses by how far they are; two of one rank are equally final. */
const ranks: Readonly<Record<string, number>> = {
  scheduled: 0,
  accepted: 0,
  queued: 1,
  receiving: 1,
  sending: 2,
  sent: 3,
  received: 4,
  partially_delivered: 4,
  delivered: 4,
  undelivered: 4,
  failed: 4,
  canceled: 4,
  read: 5,
};

const rankOf = (status: string): number => (Object.hasOwn(ranks, status) ? (ranks[status] ?? -1) : -1);

/** The status to keep of two. News comes late, twice and out of order; a message only ever moves on. */
export function laterStatus(current: string | undefined, reported: string): string {
  if (current === undefined) return reported;
  return rankOf(reported) > rankOf(current) ? reported : current;
}

/** True when Twilio will say no more, but for `read`. */
export function isFinalStatus(status: string): boolean {
  return rankOf(status) >= 4;
}
