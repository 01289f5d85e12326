import type { Consent } from './consent.ts';
import type { Controls } from './controls.ts';
import type { Outbox } from './outbox.ts';
import type { Plans } from './plans.ts';
import type { Receipts } from './receipts.ts';
import type { Replies } from './replies.ts';
import type { Reports } from './reports.ts';
import type { Runs } from './runs.ts';
import type { Upkeep } from './upkeep.ts';

/**
 * The durable record of every message, and the only state a run has; a role for each that uses it. Several processes
 * may use one ledger at once. Every call that writes is one transaction, and on disk when it resolves; every call throws
 * a `CliError` (`storage`) when the ledger cannot be read or written.
 *
 * A store implements all of it with SQL alone. What a call decides is in `rules`: the store reads the rows that a rule
 * asks for, calls it, and writes what it returns, as sets, under one lock. `test/contracts/ledger.ts` judges every store.
 */
export interface Ledger extends Plans, Runs, Receipts, Consent, Controls, Outbox, Replies, Reports, Upkeep {}

/** What finds campaigns and messages: a store keeps it in one place. */
export type CampaignReads = Pick<
  Ledger,
  | 'find'
  | 'beginningWith'
  | 'findInput'
  | 'campaigns'
  | 'findSid'
  | 'sidsBeginningWith'
  | 'recentRecipients'
  | 'messagesTo'
>;
