import type { MessageRequest } from '../../core/message.ts';

/**
 * A message that may be sent a second time: accepted, not delivered for one of the reasons that were asked for, not a
 * second try itself, without one, of a campaign that is not recalled, and with a text that is still kept.
 */
export interface UndeliveredRow {
  readonly id: string;
  readonly request: MessageRequest;
}

/**
 * A second try: a row of its own, so that one SID stays one message. It is pending, has no key, so that a later plan
 * goes by the first row, and has all else from that row, but what is said here.
 */
export interface SecondTry extends UndeliveredRow {
  readonly retryOf: string;
}

/** How second tries are numbered, and when they are made, in milliseconds since 1970. */
export interface Numbering {
  readonly prefix: string;
  /** The number of the first one. */
  readonly first: number;
  readonly at: number;
}

/** Makes a second try of each row. A scheduled time that has passed is left out. */
export function secondTries(rows: readonly UndeliveredRow[], { prefix, first, at }: Numbering): readonly SecondTry[] {
  return rows.map(({ id, request }, i) => ({
    ...{ id: `${prefix}-${first + i}`, retryOf: id, request: withoutPastTime(request, at) },
  }));
}

function withoutPastTime(request: MessageRequest, at: number): MessageRequest {
  const { sendAt, scheduleType, ...rest } = request;
  return sendAt !== undefined && Date.parse(sendAt) <= at ? rest : request;
}
