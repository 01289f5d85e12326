import type { SendState } from '../../core/message.ts';

/**
 * What a plan does to the rows of a campaign that exists already, when it is committed. A row of the plan whose key the
 * campaign has is new, unless the row there
 * - is in one of these states: then it stays as it is, and the one of the plan goes;
 * - is pending: then it stays in its place, with what the plan says of it.
 */
export const dealtWith: readonly SendState[] = ['claimed', 'accepted', 'rejected', 'unknown', 'canceled'];

/** Rows that were wrong or skipped are those of the latest input: a commit takes the earlier ones out. */
export const replaced: readonly SendState[] = ['invalid', 'skipped'];

/**
 * Nothing went out, or will, of a message that is in one of these states and has no SID. An input of which that is true
 * of every message may be given again.
 */
export const neverSent: readonly SendState[] = ['invalid', 'skipped', 'canceled'];

/** A message that is in one of these states has no outcome yet: nothing of it is purged. */
export const withoutOutcome: readonly SendState[] = ['pending', 'claimed', 'unknown'];

/** What counts as sent in a report: what was taken, and what may have been. */
export const maybeSent: readonly SendState[] = ['accepted', 'claimed', 'unknown'];
