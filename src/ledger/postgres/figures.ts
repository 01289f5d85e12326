import type { CountryDelivery, Failure, TimelinePoint } from '../../core/outcome/report.ts';
import type { Ledger } from '../ledger.ts';
import { countryDeliveries, deliveryTimes, failureCounts, timelinePoints } from '../statements.ts';
import type { Database } from './driver.ts';
import { named } from './sql.ts';

type Figures = Pick<Ledger, 'byCountry' | 'failures' | 'timeline' | 'deliveryTimes'>;

/** What became of messages after Twilio took them. */
export function postgresFigures({ read }: Database): Figures {
  return {
    failures: (campaignId) => read((connection) => connection.all<Failure>(named(failureCounts, { campaignId }))),
    timeline: (campaignId, stepMs) =>
      read((connection) => connection.all<TimelinePoint>(named(timelinePoints, { campaignId, stepMs }))),
    byCountry: (campaignId) =>
      read((connection) => connection.all<CountryDelivery>(named(countryDeliveries, { campaignId }))),
    deliveryTimes: (campaignId) =>
      read(async (connection) => {
        const rows = await connection.all<{ ms: number }>(named(deliveryTimes, { campaignId }));
        return rows.map(({ ms }) => ms);
      }),
  };
}
