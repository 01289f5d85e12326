import type { DeliverOptions } from '../campaign/deliver.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import type { Campaign, InTransaction } from '../ledger/plans.ts';

/**
 * A share of the work on a campaign, for one worker at a time. It says of which campaign messages may be sent, never
 * which messages: that the ledger decides, so a job that is delivered twice does no harm.
 */
export interface Job {
  readonly id: string;
  readonly campaignId: string;
  /** How often the campaign had been enqueued when this job was made. */
  readonly round: number;
}

/** How workers are to send a campaign. */
export interface Order {
  readonly delivery: DeliverOptions;
  /** Where the worker that ends it posts what it came to. */
  readonly notify?: string | undefined;
}

/** A campaign that workers send. */
export interface QueuedCampaign {
  readonly delivery: DeliverOptions;
  /** Why nothing more of it is sent, as most of its messages failed alike; absent: it goes on. */
  readonly stopped?: string;
}

/** Somebody who is to be told what a campaign came to. */
export interface Notice {
  readonly campaignId: string;
  readonly url: string;
  /** How often the campaign had been enqueued when it was asked for. */
  readonly round: number;
  /** Why workers gave the campaign up; absent: they did not. */
  readonly ended?: RunEnd['kind'];
}

/** A worker, as it says itself. */
export interface WorkerState {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Names of the campaigns it works on. */
  readonly campaigns: readonly string[];
  /** How many messages it has sent since it started. */
  readonly accepted: number;
}

/** A worker as others see it. Times in milliseconds since 1970, by the queue's clock. */
export interface SeenWorker extends WorkerState {
  readonly startedAt: number;
  readonly seenAt: number;
  /** False when it has not been heard of for longer than a worker is silent. */
  readonly isAlive: boolean;
}

/** A scheduled run that has not shown itself for so long, in milliseconds, is taken for dead. */
export const runLeaseMs = 60_000;

/** A command line that is run again and again. */
export interface Schedule {
  readonly name: string;
  /** Five fields, as cron has them. */
  readonly cron: string;
  /** IANA name of the time zone that the fields are in. */
  readonly timeZone: string;
  /** What stands after `volley`. */
  readonly argv: readonly string[];
  /** The folder it is run in. */
  readonly cwd: string;
  /** What becomes of a time at which no worker was there. */
  readonly missed: 'run' | 'skip';
  /** How long a run may take, in milliseconds. */
  readonly deadlineMs: number;
}

/** A schedule with its last run. Times in milliseconds since 1970. */
export interface KnownSchedule extends Schedule {
  readonly lastAt?: number;
  /** What its last run came to: an exit code, or why there was none. */
  readonly lastEnd?: string;
}

/** The right to run a schedule now, which nobody else has at the same time. */
export interface ScheduledRun {
  readonly schedule: Schedule;
  readonly dueAt: number;
}

/** What workers share beside the ledger. Every method throws a `CliError` (`storage`) when its server stays away. */
export interface Queue {
  /** Writes the jobs of a campaign that is there already. */
  enqueue(campaign: Campaign, order: Order): Promise<void>;
  /** For a plan's commit: writes the campaign's jobs in the same transaction. */
  enqueuing(order: Order): InTransaction;
  /** Takes at most `limit` jobs; each comes again when it is not finished within `jobMs`. */
  take(limit: number): Promise<readonly Job[]>;
  /**
   * Ends a job. With `againInMs` (milliseconds) another one of its campaign takes its place then; without it the campaign
   * is done, and its other jobs end with this one, but for those of a later time that it was enqueued.
   */
  finish(job: Job, againInMs?: number): Promise<void>;
  /** How a campaign is to be sent; undefined when it was never enqueued. */
  campaign(campaignId: string): Promise<QueuedCampaign | undefined>;
  /** Ends the work on a campaign, for all workers; `reason` is what people read. */
  stop(campaignId: string, end: RunEnd['kind'], reason: string): Promise<void>;
  /** Who has yet to be told what a campaign came to. */
  notice(campaignId: string): Promise<Notice | undefined>;
  /** Takes it upon this worker to tell them, for a few seconds; false: another one has, or they have been told. */
  takeNotice(notice: Notice): Promise<boolean>;
  /** They have been told. */
  endNotice(notice: Notice): Promise<void>;
  /** How many jobs wait, now or later, or are worked on. */
  size(): Promise<number>;
  /** Says that a worker is alive. */
  beat(worker: WorkerState): Promise<void>;
  /** Takes a worker that ends in order off the list. */
  leave(workerId: string): Promise<void>;
  /** The workers that were heard of within a day, the latest first. */
  workers(): Promise<readonly SeenWorker[]>;
  /** Adds a schedule, or changes the one of that name. Throws a `CliError` for a cron expression or zone that is none. */
  keepSchedule(schedule: Schedule): Promise<void>;
  /** False: there is none of that name. */
  dropSchedule(name: string): Promise<boolean>;
  schedules(): Promise<readonly KnownSchedule[]>;
  /** Takes the schedules whose time has come, each time once over all workers, and never one that still runs. */
  takeDue(workerId: string): Promise<readonly ScheduledRun[]>;
  /** Takes one now, whatever its time is; undefined when it still runs. */
  takeNow(name: string, workerId: string): Promise<ScheduledRun | undefined>;
  /** Shows that a scheduled run goes on; false when it has been given up for dead. */
  renewRun(name: string, workerId: string): Promise<boolean>;
  /** Writes down what a scheduled run came to. */
  endRun(name: string, workerId: string, end: string): Promise<void>;
  close(): Promise<void>;
}

/** How long a job may take before another worker gets it, in milliseconds; a worker stops well before. */
export const jobMs = 30_000;
