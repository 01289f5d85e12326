import type { RunEnd } from '../core/outcome/report.ts';
import { CliError } from '../errors.ts';
import { beat } from './heartbeat.ts';
import type { Job, Queue } from './queue.ts';
import {
  lookAgainMs,
  type Refusal,
  type ShareEvents,
  type ShareOptions,
  type SharePorts,
  type ShareState,
  shareMs,
  workOn,
} from './share.ts';
import { type Tell, tellEnd } from './tell-end.ts';

/** How a worker works. */
export interface WorkerOptions extends ShareOptions {
  readonly id: string;
  /** Ends when no job is left, and none is worked on elsewhere. */
  readonly drain: boolean;
}

/** What a worker works with. Once the signal is aborted no more jobs are taken. */
export interface WorkerPorts extends SharePorts {
  readonly events: WorkerEvents;
  readonly tell: Tell;
}

/** Hears how a worker goes. */
export interface WorkerEvents extends ShareEvents {
  /** Something went wrong that may pass: it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** How many campaigns a worker works on beside each other. */
const mostCampaigns = 4;

/** How often jobs and schedules are looked for when there are none, in milliseconds. */
const idleMs = 500;

/**
 * Works on whatever is enqueued until the signal, or with `drain` until nothing is left. Returns what was wrong with
 * the credentials, if that ended it.
 */
export async function runWorker(options: WorkerOptions, ports: WorkerPorts): Promise<Refusal | undefined> {
  const worker: Worker = {
    ...{ ...options, ...ports, running: new Map(), accounts: new Map() },
    ...{ accepted: 0, refused: undefined },
  };
  const stopBeating = beat(worker);
  try {
    while (!ports.signal.aborted && !worker.refused) {
      const isIdle = await guarded(worker, () => takeJobs(worker), true);
      if (isIdle && options.drain && (await guarded(worker, () => isDrained(worker), false))) break;
      if (isIdle) await ports.sleep(idleMs, ports.signal);
    }
    await Promise.all(workOf(worker));
    return worker.refused;
  } finally {
    await stopBeating();
  }
}

/** A share of a campaign that is worked on. */
interface Share {
  readonly over: Promise<void>;
  /** True once it is known when to go on with the campaign. */
  readonly isOver: boolean;
  /** Other jobs of the campaign on their way back into the queue. */
  readonly handing: Promise<void>[];
}

interface Worker extends WorkerOptions, WorkerPorts, ShareState {
  /** The work under way, by the id of its campaign. */
  readonly running: Map<string, Share>;
}

/** What `work` finds, or `otherwise` where there is trouble with the server: it is told, and passes or does not. */
async function guarded(worker: Worker, work: () => Promise<boolean>, otherwise: boolean): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    worker.events.onTrouble(error);
    return otherwise;
  }
}

const isDrained = async ({ running, queue }: Worker): Promise<boolean> =>
  running.size === 0 && (await queue.size()) === 0;

const workOf = ({ running }: Worker): Promise<void>[] => [...running.values()].map(({ over }) => over);

/** True when there was nothing to do. */
async function takeJobs(worker: Worker): Promise<boolean> {
  const { queue, running } = worker;
  const free = mostCampaigns - running.size;
  if (free <= 0) {
    await Promise.race(workOf(worker));
    return false;
  }
  const jobs = await queue.take(free);
  for (const job of jobs) {
    const share = running.get(job.campaignId);
    if (share === undefined) start(job, worker);
    else await handBack(job, share, queue);
  }
  return jobs.length === 0;
}

/** One share of a campaign uses all that a worker has for it: another one comes again when this one's time is up. */
async function handBack(job: Job, share: Share, queue: Queue): Promise<void> {
  const handing = queue.finish(job, share.isOver ? 0 : shareMs);
  share.handing.push(handing);
  await handing;
}

function start(job: Job, worker: Worker): void {
  const { running, queue, events } = worker;
  const share = { isOver: false, handing: [] };
  const work = async (): Promise<void> => {
    try {
      const next = await workOn(job.campaignId, worker);
      const againInMs = typeof next === 'number' ? next : await finish(job.campaignId, next, worker);
      share.isOver = true;
      // What is handed back meanwhile has to be there, or the end of the campaign would not take it away.
      await Promise.allSettled(share.handing);
      // Once it is enqueued anew it begins anew.
      if (againInMs === undefined) worker.accounts.delete(job.campaignId);
      await queue.finish(job, againInMs);
    } catch (error) {
      // The job comes again by itself when its time is up.
      events.onTrouble(error);
    } finally {
      running.delete(job.campaignId);
    }
  };
  running.set(job.campaignId, Object.assign(share, { over: work() }));
}

/** Tells whoever wants to know what a campaign came to. Returns when to look again, in milliseconds; undefined: never. */
async function finish(campaignId: string, end: RunEnd['kind'], worker: Worker): Promise<number | undefined> {
  return (await tellEnd(campaignId, end, worker)) ? undefined : lookAgainMs;
}
