import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { failedInSql } from '../rows.ts';
import type { Database } from './driver.ts';

type Delivery = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function sqliteDelivery(database: Database): Delivery {
  const countries = database.prepare<CountryDelivery>(`
    select coalesce(country, 'unknown') as country, count(*) as messages,
      count(*) filter (where status in ('delivered', 'read')) as delivered
    from messages where campaign_id = :campaignId and state = 'accepted' group by 1 order by 2 desc`);
  const times = database.prepare<{ ms: number }>(`
    select max(0, min(e.at) - m.claimed_at) as ms from messages m join status_events e on e.sid = m.sid
    where m.campaign_id = :campaignId and e.status in ('delivered', 'read') group by m.sid`);

  const failures = database.prepare<Failure>(`
    select code, coalesce(country, 'unknown') as country, count(*) as messages from messages
    where campaign_id = :campaignId and state = 'accepted' and status in (${failedInSql})
    group by 1, 2 order by 3 desc, 1, 2`);
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
