import type { Queue, SeenWorker } from './queue.ts';
import { type Execute, millis } from './tables.ts';

/** How often a worker says that it is alive, in milliseconds. */
export const beatMs = 10_000;

/** A worker that was silent for so long is taken for dead, in seconds: three beats. */
const silentSeconds = (3 * beatMs) / 1000;

/** Who is at work. */
export function postgresWorkers(execute: Execute, schema: string): Pick<Queue, 'beat' | 'leave' | 'workers'> {
  return {
    beat: async ({ id, host, pid, campaigns, accepted }) => {
      await execute(
        `insert into ${schema}.workers (id, host, pid, campaigns, accepted) values ($1, $2, $3, $4, $5)
          on conflict (id) do update set campaigns = excluded.campaigns, accepted = excluded.accepted,
            seen_at = clock_timestamp()`,
        [id, host, pid, JSON.stringify(campaigns), accepted],
      );
    },
    leave: async (id) => {
      await execute(`delete from ${schema}.workers where id = $1`, [id]);
    },
    workers: async () => {
      const rows = await execute(`select id, host, pid, campaigns, accepted, ${millis('started_at')} as "startedAt",
          ${millis('seen_at')} as "seenAt", seen_at > clock_timestamp() - interval '${silentSeconds}s' as "isAlive"
        from ${schema}.workers where seen_at > clock_timestamp() - interval '1 day' order by seen_at desc`);
      return rows.map((row) => ({ ...row, accepted: Number(row['accepted']) }) as unknown as SeenWorker);
    },
  };
}
