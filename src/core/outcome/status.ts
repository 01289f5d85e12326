/** Each line one rank, from the first to the last; those of inbound messages beside their like. */
const ranks = [
  ['scheduled', 'accepted'],
  ['queued'],
  ['sending', 'receiving'],
  ['sent'],
  ['partially_delivered'],
  ['delivered', 'undelivered', 'failed', 'canceled', 'received'],
  ['read'],
] as const;

/** Twilio's word for where a message is, https://www.twilio.com/docs/messaging/api/message-resource#message-status-values. */
export type MessageStatus = (typeof ranks)[number][number];

/** Every status Twilio documents, those that come first before those that come later. */
export const messageStatuses: readonly MessageStatus[] = ranks.flat();

const rankOf = new Map<string, number>(ranks.flatMap((words, rank) => words.map((word) => [word, rank] as const)));
const unknownRank = -1;
const finalRank = rankOf.get('delivered') ?? unknownRank;

/**
 * Which of two statuses to keep: the one further along, of equals the first. Reports come unordered and repeat,
 * so it never goes back; a word Twilio has not documented gives way to any that it has.
 */
export function laterStatus(current: string | undefined, reported: string): string {
  if (current === undefined) return reported;
  return rank(reported) > rank(current) ? reported : current;
}

/** Whether Twilio is done with the message: nothing more is to come, but `read` after `delivered`. */
export function isFinalStatus(status: string): boolean {
  return rank(status) >= finalRank;
}

/** The statuses of messages that have arrived. */
export const deliveredStatuses: readonly MessageStatus[] = ['delivered', 'read'];

/** Whether the message has arrived. */
export function isDeliveredStatus(status: string): boolean {
  return (deliveredStatuses as readonly string[]).includes(status);
}

/** The statuses of messages that Twilio took and could not deliver. */
export const failedStatuses: readonly MessageStatus[] = ['undelivered', 'failed'];

/** Whether Twilio took the message and could not deliver it. */
export function isFailedStatus(status: string): boolean {
  return (failedStatuses as readonly string[]).includes(status);
}

function rank(status: string): number {
  return rankOf.get(status) ?? unknownRank;
}
