import type { Clock } from '../campaign/ports.ts';
import { CliError } from '../errors.ts';
import type { Queue, ScheduledRun } from './queue.ts';

/** Runs a command line; resolves to its exit code. Ends it politely at the signal. Throws a `CliError` where it cannot. */
export type RunCommand = (
  argv: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal },
) => Promise<number>;

/** What runs schedules. */
export interface SchedulerPorts extends Pick<Clock, 'sleep'> {
  readonly queue: Queue;
  readonly run: RunCommand;
  readonly workerId: string;
  readonly signal: AbortSignal;
  readonly onRun: (name: string, end: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** How often schedules are looked at, in milliseconds. */
const lookMs = 5000;

/** How often a run shows that it goes on, in milliseconds: a third of the time after which it is taken for dead. */
const renewMs = 20_000;

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
  const { queue, run, workerId, signal, sleep, onRun } = ports;
  const { name, argv, cwd, deadlineMs } = schedule;
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  let why = '';
  const endIt = (reason: string) => {
    why = ` (${reason})`;
    over.abort();
  };
  const watch = async (): Promise<void> => {
    for (let leftMs = deadlineMs; !ends.aborted; leftMs -= renewMs) {
      await sleep(Math.min(renewMs, leftMs), ends);
      if (ends.aborted) return;
      if (leftMs <= renewMs) return endIt('its deadline passed');
      if (!(await queue.renewRun(name, workerId))) return endIt('it was taken for dead');
    }
  };
  const watching = watch().catch(ports.onTrouble);
  const code = await run(argv, { cwd, signal: ends }).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    why = ` (${error.message})`;
    return error.exitCode;
  });
  over.abort();
  await watching;
  const end = `exit ${code}${why}`;
  await queue.endRun(name, workerId, end);
  onRun(name, end);
  return code;
}
