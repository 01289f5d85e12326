import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { countryDeliveries, failureCounts } from '../statements.ts';
import type { Database } from './driver.ts';

type Delivery = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function sqliteDelivery(database: Database): Delivery {
  const countries = database.prepare<CountryDelivery>(countryDeliveries);
  const times = database.prepare<{ ms: number }>(`
    select max(0, min(e.at) - m.claimed_at) as ms from messages m join status_events e on e.sid = m.sid
    where m.campaign_id = :campaignId and e.status in ('delivered', 'read') group by m.sid`);
  const failures = database.prepare<Failure>(failureCounts);
  const timeline = database.prepare<TimelinePoint>(`
    select e.at / :stepMs * :stepMs as at, e.status, count(distinct e.sid) as messages
    from messages m join status_events e on e.sid = m.sid
    where m.campaign_id = :campaignId group by 1, 2 order by 1, 2`);
  return {
    failures: async (campaignId) => failures.all({ campaignId }),
    timeline: async (campaignId, stepMs) => timeline.all({ campaignId, stepMs }),
    byCountry: async (campaignId) => countries.all({ campaignId }),
    deliveryTimes: async (campaignId) => times.all({ campaignId }).map(({ ms }) => ms),
  };
}
