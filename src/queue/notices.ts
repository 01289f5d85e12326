import type { InTransaction } from '../ledger/plans.ts';
import type { Notice, Queue } from './queue.ts';
import type { Execute } from './tables.ts';

/** How long a worker may take to tell somebody; after that it is taken for dead. */
const tellingLease = "interval '15 seconds'";

/** Who is told what campaigns came to: once, and again only when a worker dies in the middle of it. */
export function postgresNotices(execute: Execute, schema: string): Pick<Queue, 'notice' | 'takeNotice' | 'endNotice'> {
  const table = `${schema}.notices`;
  return {
    notice: async (campaignId) => {
      const [row] = await execute(`select url, round, ended from ${table} where campaign_id = $1`, [campaignId]);
      if (!row) return undefined;
      const { url, round, ended } = row as unknown as Omit<Notice, 'campaignId'>;
      return { campaignId, url, round, ...(ended && { ended }) };
    },
    takeNotice: async ({ campaignId, round }) => {
      const taken = await execute(
        `update ${table} set taken_until = clock_timestamp() + ${tellingLease}
          where campaign_id = $1 and round = $2 and (taken_until is null or taken_until < clock_timestamp())
          returning round`,
        [campaignId, round],
      );
      return taken.length > 0;
    },
    endNotice: async ({ campaignId, round }) => {
      await execute(`delete from ${table} where campaign_id = $1 and round = $2`, [campaignId, round]);
    },
  };
}

/** Writes down who is to be told, in place of whoever was before. */
export async function keepNotice(execute: Parameters<InTransaction>[0], schema: string, notice: Notice): Promise<void> {
  const { campaignId, url, round } = notice;
  await execute(
    `insert into ${schema}.notices (campaign_id, url, round) values ($1, $2, $3)
      on conflict (campaign_id) do update
        set url = excluded.url, round = excluded.round, ended = null, taken_until = null`,
    [campaignId, url, round],
  );
}
