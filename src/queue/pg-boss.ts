import type PgBoss from 'pg-boss';
import type { DeliverOptions } from '../campaign/deliver.ts';
import { shownLedger } from '../core/ledger-address.ts';
import { CliError } from '../errors.ts';
import type { InTransaction } from '../ledger/plans.ts';
import { readAddress } from '../ledger/postgres/address.ts';
import { despiteConflicts } from '../ledger/postgres/conflicts.ts';
import { openFault, storageFault } from '../ledger/postgres/faults.ts';
import { keepNotice, postgresNotices } from './notices.ts';
import { type Job, jobMs, type Order, type Queue, type QueuedCampaign } from './queue.ts';
import { postgresSchedules } from './schedules.ts';
import { createTables, type Execute } from './tables.ts';
import { postgresWorkers } from './workers.ts';

/** How many workers may share a campaign: each has one job of it at a time. */
const jobsPerCampaign = 8;

/** pg-boss' own name for our jobs. */
const jobs = 'campaigns';

/** What a job holds. */
type JobData = Omit<Job, 'id'>;

/** How often jobs whose worker died are looked for, in seconds. */
const maintenanceSeconds = 5;

/** A job comes again as often as its worker dies. */
const mostRetries = 1_000_000;

/** An answer that takes longer than this, in milliseconds, will never come: the line was cut without a word. */
const answerMs = 30_000;

const connection = { max: 3, keepAlive: true, connectionTimeoutMillis: 10_000, query_timeout: answerMs };

/**
 * Opens the queue that goes with a ledger on PostgreSQL, in a schema of its own beside it.
 * Throws a `CliError` when the package pg-boss is not installed, or the server is not there.
 */
export async function openPostgresQueue(address: string): Promise<Queue> {
  const { pool, schema: ledger } = readAddress(address);
  const schema = `${ledger}_queue`;
  const { connectionString = '' } = pool;
  const shown = shownLedger(address);
  const Boss = await library();
  const boss = new Boss({
    ...connection,
    connectionString,
    schema,
    application_name: 'volley',
    schedule: false,
    maintenanceIntervalSeconds: maintenanceSeconds,
    archiveCompletedAfterSeconds: 3600,
    deleteAfterDays: 1,
  });
  // A server that is away for a moment is asked again; what is asked of the queue then fails where it is asked.
  boss.on('error', () => undefined);
  const { db } = await start(boss, shown);
  const execute: Execute = async (text, values = []) => {
    try {
      // Workers that end a campaign at once may be in each other's way.
      return (await despiteConflicts(() => db.executeSql(text, [...values]))).rows;
    } catch (error) {
      throw storageFault(error, shown) ?? error;
    }
  };
  await createTables(execute, schema);
  await boss.createQueue(jobs, {
    name: jobs,
    policy: 'standard',
    retryLimit: mostRetries,
    retryDelay: 0,
    expireInSeconds: jobMs / 1000,
  });
  return {
    enqueue: (campaign, order) => enqueuing(boss, schema, order)(execute, campaign),
    enqueuing: (order) => enqueuing(boss, schema, order),
    ...jobsOf(boss, execute, schema),
    ...postgresNotices(execute, schema),
    ...postgresWorkers(execute, schema),
    ...postgresSchedules(execute, schema),
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}

async function start(boss: PgBoss, shown: string): Promise<{ readonly db: PgBoss.Db }> {
  try {
    await boss.start();
    return { db: boss.getDb() };
  } catch (error) {
    throw openFault(error, shown);
  }
}

function enqueuing(boss: PgBoss, schema: string, { delivery, notify: url }: Order): InTransaction {
  return async (execute, { id: campaignId }) => {
    const [queued] = await execute(
      `insert into ${schema}.campaigns as c (id, delivery) values ($1, $2)
        on conflict (id) do update set delivery = excluded.delivery, stopped = null, round = c.round + 1 returning round`,
      [campaignId, JSON.stringify(delivery)],
    );
    const data: JobData = { campaignId, round: Number(queued?.['round']) };
    if (url !== undefined) await keepNotice(execute, schema, { ...data, url });
    for (let i = 0; i < jobsPerCampaign; i++) await boss.send(jobs, data, { db: through(execute) });
  };
}

/** What pg-boss is to use in place of its own connections. */
function through(execute: Parameters<InTransaction>[0]): PgBoss.Db {
  return { executeSql: async (text: string, values: unknown[]) => ({ rows: [...(await execute(text, values))] }) };
}

function jobsOf(
  boss: PgBoss,
  execute: Execute,
  schema: string,
): Pick<Queue, 'take' | 'finish' | 'campaign' | 'stop' | 'size'> {
  return {
    take: async (limit) => {
      // pg-boss passes over what fails here, and a queue that is out of reach would look like an empty one.
      const failures: unknown[] = [];
      const noting: Execute = (text, values = []) =>
        execute(text, values).catch((error: unknown) => {
          failures.push(error);
          throw error;
        });
      const taken = await boss.fetch<JobData>(jobs, { batchSize: limit, db: through(noting) });
      if (failures.length > 0) throw failures[0];
      return taken.map(({ id, data }): Job => ({ id, ...data }));
    },
    finish: async ({ id, campaignId, round }, againInMs) => {
      if (againInMs === undefined) {
        await execute(
          `delete from ${schema}.job where name = $1 and state in ('created', 'retry')
            and data ->> 'campaignId' = $2 and (data ->> 'round')::int <= $3`,
          [jobs, campaignId, round],
        );
      } else {
        // The next one first: should this process die in between, there is one too many, which does no harm.
        const startAfter = Math.ceil(againInMs / 1000);
        await boss.send(jobs, { campaignId, round } satisfies JobData, { startAfter, db: through(execute) });
      }
      await boss.complete(jobs, id, {}, { db: through(execute) });
    },
    campaign: async (campaignId) => {
      const [row] = await execute(`select delivery, stopped from ${schema}.campaigns where id = $1`, [campaignId]);
      return row && toCampaign(row);
    },
    stop: async (campaignId, end, reason) => {
      await execute(
        `with told as (update ${schema}.notices set ended = $2 where campaign_id = $1)
          update ${schema}.campaigns set stopped = $3 where id = $1`,
        [campaignId, end, reason],
      );
    },
    size: async () => {
      const [row] = await execute(
        `select count(*)::int as n from ${schema}.job where name = $1 and state in ('created', 'retry', 'active')`,
        [jobs],
      );
      return Number(row?.['n'] ?? 0);
    },
  };
}

function toCampaign({ delivery, stopped }: Readonly<Record<string, unknown>>): QueuedCampaign {
  return { delivery: delivery as DeliverOptions, ...(typeof stopped === 'string' && { stopped }) };
}

async function library(): Promise<typeof PgBoss> {
  try {
    return (await import('pg-boss')).default;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CliError('config', 'Workers need the package pg-boss, which is not installed.', {
      hint: 'Install it beside volley: npm install pg-boss@10.4.2 (with --global if volley is).',
      cause,
    });
  }
}
