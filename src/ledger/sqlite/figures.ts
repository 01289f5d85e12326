import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { countryDeliveries, deliveryTimes, failureCounts, timelinePoints } from '../statements.ts';
import type { Database } from './driver.ts';

type Figures = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function sqliteFigures(database: Database): Figures {
  const countries = database.prepare<CountryDelivery>(countryDeliveries);
  const times = database.prepare<{ ms: number }>(deliveryTimes);
  const failures = database.prepare<Failure>(failureCounts);
  const timeline = database.prepare<TimelinePoint>(timelinePoints);
  return {
    failures: async (campaignId) => failures.all({ campaignId }),
    timeline: async (campaignId, stepMs) => timeline.all({ campaignId, stepMs }),
    byCountry: async (campaignId) => countries.all({ campaignId }),
    deliveryTimes: async (campaignId) => times.all({ campaignId }).map(({ ms }) => ms),
  };
}
