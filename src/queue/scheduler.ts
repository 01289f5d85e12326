import type { Clock } from '../campaign/ports.ts';
import { CliError } from '../errors.ts';
import { type Queue, runLeaseMs, type ScheduledRun } from './queue.ts';

/** Runs a command line; resolves to its exit code. Ends it politely at the signal. Throws a `CliError` where it cannot. */
export type RunCommand = (
  argv: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal },
) => Promise<number>;

/** What runs schedules. */
export interface SchedulerPorts extends Pick<Clock, 'sleep' | 'monotonic'> {
  readonly queue: Queue;
  readonly run: RunCommand;
  readonly workerId: string;
  readonly signal: AbortSignal;
  readonly onRun: (name: string, end: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** How often schedules are looked at, in milliseconds. */
const lookMs = 5000;

/** How often a run shows that it goes on, in milliseconds. */
const renewMs = runLeaseMs / 3;

/** Runs what is due until the signal; a run that is under way then is ended, too. */
export async function runSchedules(ports: SchedulerPorts): Promise<void> {
  const { queue, workerId, signal, sleep, onTrouble } = ports;
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    const due = await queue.takeDue(workerId).catch((error: unknown) => {
      onTrouble(error);
      return [];
    });
    for (const one of due) {
      const run: Promise<void> = runScheduled(one, ports)
        .then(() => undefined, onTrouble)
        .finally(() => running.delete(run));
      running.add(run);
    }
    await sleep(lookMs, signal);
  }
  await Promise.all(running);
}

/** Runs one schedule that was taken, within its deadline; resolves to its exit code. */
export async function runScheduled({ schedule }: ScheduledRun, ports: SchedulerPorts): Promise<number> {
  const { queue, run, workerId, signal, onRun } = ports;
  const { name, argv, cwd } = schedule;
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  let why = '';
  const endIt = (reason: string) => {
    why = ` (${reason})`;
    over.abort();
  };
  const watching = watchRun(schedule, ports, ends).then((reason) => reason !== undefined && endIt(reason));
  try {
    const code = await run(argv, { cwd, signal: ends }).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      why = ` (${error.message})`;
      return error.exitCode;
    });
    const end = `exit ${code}${why}`;
    await queue.endRun(name, workerId, end);
    onRun(name, end);
    return code;
  } finally {
    over.abort();
    await watching;
  }
}

/** Shows that a run goes on, until `ends`, or until it has to end; resolves to why. */
async function watchRun(
  { name, deadlineMs }: ScheduledRun['schedule'],
  { queue, workerId, sleep, monotonic, onTrouble }: SchedulerPorts,
  ends: AbortSignal,
): Promise<string | undefined> {
  const endsAt = monotonic() + deadlineMs;
  let shownAt = monotonic();
  let pauseMs = renewMs;
  for (;;) {
    await sleep(Math.min(pauseMs, endsAt - monotonic()), ends);
    if (ends.aborted) return undefined;
    if (monotonic() >= endsAt) return 'its deadline passed';
    try {
      if (!(await queue.renewRun(name, workerId))) return 'it was taken for dead';
      shownAt = monotonic();
      pauseMs = renewMs;
    } catch (error) {
      onTrouble(error);
      // It needs time to end before another one may begin.
      if (monotonic() - shownAt >= 2 * renewMs) return 'it could not be shown to go on';
      pauseMs = renewMs / 4;
    }
  }
}
