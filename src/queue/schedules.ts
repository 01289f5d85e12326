import { cronTimes } from './cron.ts';
import { type KnownSchedule, type Queue, runLeaseMs, type Schedule, type ScheduledRun } from './queue.ts';
import { type Execute, millis } from './tables.ts';

/** Later than this a time was missed, in milliseconds: no worker looked at it. */
const missedAfterMs = 120_000;

const runLease = `interval '${runLeaseMs} milliseconds'`;

type Schedules = Pick<
  Queue,
  'keepSchedule' | 'dropSchedule' | 'schedules' | 'takeDue' | 'takeNow' | 'renewRun' | 'endRun'
>;

/** Command lines that are run again and again, each time once over all workers. */
export function postgresSchedules(execute: Execute, schema: string): Schedules {
  const table = `${schema}.schedules`;
  const read = scheduleReader(execute, table);
  const runs = scheduleRuns(execute, table);

  return {
    keepSchedule: async ({ name, cron, timeZone, argv, cwd, missed, deadlineMs }) => {
      await cronTimes(cron, timeZone);
      await execute(
        `insert into ${table} (name, cron, time_zone, argv, cwd, missed, deadline_ms) values ($1, $2, $3, $4, $5, $6, $7)
          on conflict (name) do update set cron = excluded.cron, time_zone = excluded.time_zone, argv = excluded.argv,
            cwd = excluded.cwd, missed = excluded.missed, deadline_ms = excluded.deadline_ms,
            considered_at = clock_timestamp()`,
        [name, cron, timeZone, JSON.stringify(argv), cwd, missed, deadlineMs],
      );
    },
    dropSchedule: async (name) =>
      (await execute(`delete from ${table} where name = $1 returning name`, [name])).length > 0,
    schedules: async () => (await read()).map(toKnown),
    takeDue: async (workerId) => {
      const taken: ScheduledRun[] = [];
      for (const row of await read()) {
        const run = await takeIfDue(row, workerId, runs);
        if (run) taken.push(run);
      }
      return taken;
    },
    takeNow: async (name, workerId) => {
      const [row] = await read('name = $1', [name]);
      if (!row) return undefined;
      const dueAt = Number(row['now']);
      return (await runs.take(name, workerId, dueAt)) ? { schedule: toSchedule(row), dueAt } : undefined;
    },
    renewRun: async (name, workerId) => {
      const renewed = await execute(
        `update ${table} set run_until = clock_timestamp() + ${runLease} where name = $1 and run_by = $2 returning name`,
        [name, workerId],
      );
      return renewed.length > 0;
    },
    endRun: async (name, workerId, end) => {
      await execute(
        `update ${table} set run_by = null, run_until = null, last_end = $3 where name = $1 and run_by = $2`,
        [name, workerId, end],
      );
    },
  };
}

type Row = Readonly<Record<string, unknown>>;

function scheduleReader(execute: Execute, table: string) {
  const columns = `name, cron, time_zone as "timeZone", argv, cwd, missed, deadline_ms::float8 as "deadlineMs"`;
  return (where = 'true', values: readonly unknown[] = []): Promise<readonly Row[]> =>
    execute(
      `select ${columns}, ${millis('considered_at')} as "consideredAt", ${millis('last_at')} as "lastAt",
          last_end as "lastEnd", ${millis('clock_timestamp()')} as now from ${table} where ${where} order by name`,
      values,
    );
}

/** What becomes of a time that a schedule is due. */
interface ScheduleRuns {
  /** True for the one worker that gets it. `consideredAt`: nobody has looked at the schedule since then. */
  readonly take: (name: string, workerId: string, dueAt: number, consideredAt?: number) => Promise<boolean>;
  /** Writes down why nothing is run at that time. */
  readonly pass: (name: string, dueAt: number, why: string) => Promise<unknown>;
}

function scheduleRuns(execute: Execute, table: string): ScheduleRuns {
  const isFree = `(run_until is null or run_until < clock_timestamp())`;
  return {
    take: async (name, workerId, dueAt, consideredAt) => {
      const taken = await execute(
        `update ${table} set run_by = $2, run_until = clock_timestamp() + ${runLease}, last_end = null,
            last_at = to_timestamp($3::float8 / 1000),
            considered_at = greatest(considered_at, to_timestamp($3::float8 / 1000))
          where name = $1 and ${isFree} and ($4::float8 is null or ${millis('considered_at')} = $4) returning name`,
        [name, workerId, dueAt, consideredAt ?? null],
      );
      return taken.length > 0;
    },
    pass: (name, dueAt, why) =>
      execute(
        `update ${table} set considered_at = to_timestamp($2::float8 / 1000), last_end = $3
          where name = $1 and considered_at < to_timestamp($2::float8 / 1000)`,
        [name, dueAt, why],
      ),
  };
}

async function takeIfDue(row: Row, workerId: string, { take, pass }: ScheduleRuns): Promise<ScheduledRun | undefined> {
  const schedule = toSchedule(row);
  const { name, cron, timeZone, missed } = schedule;
  const [now, consideredAt] = [Number(row['now']), Number(row['consideredAt'])];
  const dueAt = (await cronTimes(cron, timeZone)).latest(now);
  if (dueAt <= consideredAt) return undefined;
  const isMissed = now - dueAt > missedAfterMs;
  if (missed === 'skip' && isMissed) await pass(name, dueAt, 'missed: no worker was there');
  else if (await take(name, workerId, dueAt, consideredAt)) return { schedule, dueAt };
  else if (isMissed) await pass(name, dueAt, 'left out: the run before went on');
  return undefined;
}

function toSchedule({ name, cron, timeZone, argv, cwd, missed, deadlineMs }: Row): Schedule {
  return { name, cron, timeZone, argv, cwd, missed, deadlineMs } as unknown as Schedule;
}

function toKnown(row: Row): KnownSchedule {
  const { lastAt, lastEnd } = row;
  return {
    ...toSchedule(row),
    ...(lastAt !== null && { lastAt: Number(lastAt) }),
    ...(typeof lastEnd === 'string' && { lastEnd }),
  };
}
