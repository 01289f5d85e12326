import type { CountryDelivery, Failure, Report, TimelinePoint } from '../core/outcome/report.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';

/** All that a page about a campaign shows above its messages. */
export interface CampaignFigures {
  readonly report: Report;
  readonly countries: readonly CountryDelivery[];
  /** How long delivered messages took, in milliseconds. */
  readonly deliveryMs: readonly number[];
  readonly failures: readonly Failure[];
  readonly timeline: readonly TimelinePoint[];
}

/** How finely statuses over time are counted, in milliseconds. */
const timelineStepMs = 1000;

/** Reads how a campaign stands, and how it came there. */
export async function readFigures(ledger: Ledger, { id }: Campaign): Promise<CampaignFigures> {
  return {
    report: await ledger.report(id),
    countries: await ledger.byCountry(id),
    deliveryMs: await ledger.deliveryTimes(id),
    failures: await ledger.failures(id),
    timeline: await ledger.timeline(id, timelineStepMs),
  };
}
