import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import type { Database } from './driver.ts';
import { raw, sql } from './sql.ts';

type Delivery = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function postgresDelivery({ read }: Database): Delivery {
  return {
    failures: (campaignId) =>
      read((connection) =>
        connection.all<Failure>(sql`select code, coalesce(country, 'unknown') as country, count(*) as messages
          from messages where campaign_id = ${campaignId} and state = 'accepted' and status in (${raw(failedInSql)})
          group by 1, 2 order by 3 desc, 1 nulls first, 2`),
      ),
    timeline: (campaignId, stepMs) =>
      read((connection) =>
        connection.all<TimelinePoint>(sql`
          select e.at / ${stepMs}::bigint * ${stepMs}::bigint as at, e.status, count(distinct e.sid) as messages
          from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} group by 1, 2 order by 1, 2`),
      ),
    byCountry: (campaignId) =>
      read((connection) =>
        connection.all<CountryDelivery>(sql`
          select coalesce(country, 'unknown') as country, count(*) as messages,
            count(*) filter (where status in ('delivered', 'read')) as delivered
          from messages where campaign_id = ${campaignId} and state = 'accepted' group by 1 order by 2 desc, 1`),
      ),
    deliveryTimes: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<{ ms: number }>(sql`
          select greatest(0, min(e.at) - min(m.claimed_at)) as ms from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} and e.status in ('delivered', 'read') group by m.sid`);
        return rows.map(({ ms }) => ms);
      }),
  };
}
