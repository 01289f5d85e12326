import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { countryDeliveries, failureCounts } from '../statements.ts';
import type { Database } from './driver.ts';
import { named, sql } from './sql.ts';

type Delivery = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function postgresDelivery({ read }: Database): Delivery {
  return {
    failures: (campaignId) => read((connection) => connection.all<Failure>(named(failureCounts, { campaignId }))),
    timeline: (campaignId, stepMs) =>
      read((connection) =>
        connection.all<TimelinePoint>(sql`
          select e.at / ${stepMs}::bigint * ${stepMs}::bigint as at, e.status, count(distinct e.sid) as messages
          from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} group by 1, 2 order by 1, 2`),
      ),
    byCountry: (campaignId) =>
      read((connection) => connection.all<CountryDelivery>(named(countryDeliveries, { campaignId }))),
    deliveryTimes: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<{ ms: number }>(sql`
          select greatest(0, min(e.at) - min(m.claimed_at)) as ms from messages m join status_events e on e.sid = m.sid
          where m.campaign_id = ${campaignId} and e.status in ('delivered', 'read') group by m.sid`);
        return rows.map(({ ms }) => ms);
      }),
  };
}
