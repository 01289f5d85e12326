import { exitCodeOfWaiting } from '../../campaign/exit-code.ts';
import type { Ports } from '../../campaign/ports.ts';
import type { Context } from '../../context.ts';
import { formatDuration } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { Order } from '../../queue/queue.ts';
import { shown } from '../../ui/lines.ts';
import type { BatchOptions } from '../options/batch.ts';
import type { Session } from '../session.ts';
import { printReport } from './delivery.ts';
import { followShown } from './watch-delivery.ts';

/** Throws a `CliError` for what is about one run in one place. */
export function refuseBesideEnqueue({ limit, maxDurationMs, notAfter, undoMs }: BatchOptions): void {
  const given = { '--limit': limit, '--max-duration': maxDurationMs, '--not-after': notAfter, '--undo': undoMs };
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new CliError('usage', `${flag} is for a run of this process: --enqueue leaves the sending to workers.`, {
    hint: 'A part of the input is taken with --sample; --max-cost and --rate hold for workers, too.',
  });
}

/** A campaign that workers send from here on. */
interface Enqueued {
  readonly campaign: Campaign;
  /** It was there before, without jobs of this input. */
  readonly isKnown: boolean;
}

/** What the command works with. */
interface Command {
  readonly options: BatchOptions;
  readonly ports: Ports;
  readonly session: Session;
  readonly context: Context;
}

/** Says that workers send it from here on; with `--wait` stays until all of it has arrived. Returns the exit code. */
export async function enqueued(
  { campaign, isKnown }: Enqueued,
  order: Order,
  { options, ports, session, context }: Command,
): Promise<number> {
  if (isKnown) await (await session.queue()).enqueue(campaign, order);
  if (options.wait) {
    const isDone = await waitForWorkers(campaign, { ports, session, context, forMs: options.forMs });
    const open = isDone ? await followShown(campaign, options.forMs, session, context) : 0;
    const report = await ports.ledger.report(campaign.id);
    const exitCode = exitCodeOfWaiting(open, ports.signal.aborted, report);
    if (!(session.isQuiet && exitCode === 0)) await printReport({ campaign, report, exitCode }, session, context);
    return exitCode;
  }
  const report = await ports.ledger.report(campaign.id);
  if (session.isJson) await printReport({ campaign, report, exitCode: 0 }, session, context);
  else if (!session.isQuiet) context.out(`${shown(campaign.name, session.resultStyle)} is enqueued.`);
  return 0;
}

/** How often the ledger is asked whether workers are done, in milliseconds. */
const askMs = 1000;

/** What waiting works with, and for how long nothing may change, in milliseconds. */
interface Waiting extends Omit<Command, 'options'> {
  readonly forMs: number;
}

/** True once workers have nothing left to send of it; false where they gave it up, or nothing has changed for too long. */
async function waitForWorkers({ id }: Campaign, { ports, session, context, forMs }: Waiting): Promise<boolean> {
  const { ledger, sleep, signal, monotonic } = ports;
  const queue = await session.queue();
  let last = '';
  let changedAt = monotonic();
  for (;;) {
    const { counts } = await ledger.report(id);
    if (counts.pending + counts.claimed === 0) return true;
    const stopped = (await queue.campaign(id))?.stopped;
    if (stopped !== undefined && counts.claimed === 0) {
      context.err(`Workers have given it up: ${shown(stopped, session.workStyle)}.`);
      return false;
    }
    const now = JSON.stringify(counts);
    if (now !== last) changedAt = monotonic();
    last = now;
    if (monotonic() - changedAt >= forMs) {
      context.err(`Nothing has changed for ${formatDuration(forMs)}. Is a worker there? See: volley workers`);
      return false;
    }
    if (signal.aborted) return false;
    await sleep(askMs, signal);
  }
}
