import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { CampaignSummary } from '../ledger/reports.ts';

/** The campaign of a name or id. Throws a `CliError` that says where to look. */
export async function findCampaign(ledger: Pick<Ledger, 'find'>, name: string): Promise<Campaign> {
  const campaign = await ledger.find(name);
  if (campaign) return campaign;
  throw new CliError('usage', `There is no campaign ${name}.`, { hint: 'See them all: volley campaigns' });
}

type Counted = Pick<CampaignSummary, 'counts'>;

/** Some outcome is unknown, or will be once the run that has claimed it is found to be dead. */
export const hasUnknown = ({ counts }: Counted): boolean => counts.claimed + counts.unknown > 0;

/** Something is still to be sent, or its outcome to be found out. */
export const isOpen = (campaign: Counted): boolean => campaign.counts.pending > 0 || hasUnknown(campaign);

/** How many campaigns are looked through for one that is not done. */
const lookedThrough = 1000;

/** The campaign of a name, or the latest that has work of this kind. Throws a `CliError` for a name that is none. */
export async function pickCampaign(
  ledger: Pick<Ledger, 'find' | 'campaigns'>,
  name: string | undefined,
  hasWork: (campaign: Counted) => boolean,
): Promise<Campaign | undefined> {
  return name === undefined ? (await ledger.campaigns(lookedThrough)).find(hasWork) : findCampaign(ledger, name);
}
