import { isMessageSid } from '../core/message.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { CampaignSummary } from '../ledger/reports.ts';

type Finding = Pick<Ledger, 'find' | 'beginningWith' | 'findSid'>;

/** The word for the newest campaign, unless one has it as its name. */
const lastWord = 'last';

/**
 * The campaign that is meant by its name, its id, the SID of one of its messages, `last`, or the beginning of its name
 * or id. Throws a `CliError` that says which could be meant, or where to look.
 */
export async function findCampaign(ledger: Finding, meant: string): Promise<Campaign> {
  const campaign = await ledger.find(meant);
  if (campaign) return campaign;
  if (isMessageSid(meant)) return campaignOfMessage(ledger, meant);
  return meant === lastWord ? lastCampaign(ledger) : campaignBeginningWith(ledger, meant);
}

/** The newest campaign. Throws a `CliError` where nothing was sent yet. */
export async function lastCampaign(ledger: Pick<Ledger, 'beginningWith'>): Promise<Campaign> {
  const [campaign] = await ledger.beginningWith('', 1);
  if (campaign) return campaign;
  throw new CliError('usage', 'Nothing has been sent yet.', { hint: 'Try it out: volley compose --simulate' });
}

async function campaignOfMessage(ledger: Finding, sid: string): Promise<Campaign> {
  const message = await ledger.findSid(sid);
  const campaign = message && (await ledger.find(message.campaignId));
  if (campaign) return campaign;
  throw new CliError('usage', `There is no message ${sid} in the ledger.`, {
    hint: `Ask Twilio for it: volley messages get ${sid}`,
  });
}

/** Among how many of the newest campaigns one is looked for that was misspelt. Our choice. */
const lookedThrough = 1000;

/** How many that could be meant are named. Our choice. */
const named = 10;

/** An id is 12 hexadecimal digits: a shorter beginning of one is rather a name that was misspelt. Our choice. */
const leastOfId = 4;

async function campaignBeginningWith(ledger: Finding, beginning: string): Promise<Campaign> {
  const found = await ledger.beginningWith(beginning, named + 1);
  const byName = found.filter(({ name }) => name.startsWith(beginning));
  const candidates = byName.length > 0 || beginning.length < leastOfId ? byName : found;
  const [only, other] = candidates;
  if (only && !other) return only;
  if (only) {
    const more = candidates.length > named ? ', …' : '';
    const names = candidates.slice(0, named).map(({ name }) => name);
    throw new CliError('usage', `Several campaigns begin with ${beginning}.`, {
      hint: `Name one: ${names.join(', ')}${more}`,
    });
  }
  const names = (await ledger.beginningWith('', lookedThrough)).map(({ name }) => name);
  throw new CliError('usage', `There is no campaign ${beginning}.`, {
    hint: didYouMean(beginning, names, 'See them all: volley campaigns, or with --simulate those of rehearsals.'),
  });
}

type Counted = Pick<CampaignSummary, 'counts'>;

/** Some outcome is unknown, or will be once the run that has claimed it is found to be dead. */
export const hasUnknown = ({ counts }: Counted): boolean => counts.claimed + counts.unknown > 0;

/** Something is still to be sent, or its outcome to be found out. */
export const isOpen = (campaign: Counted): boolean => campaign.counts.pending > 0 || hasUnknown(campaign);

/** The campaign that is meant, or the latest that has work of this kind. Throws what `findCampaign` throws. */
export async function pickCampaign(
  ledger: Finding & Pick<Ledger, 'campaigns'>,
  meant: string | undefined,
  hasWork: (campaign: Counted) => boolean,
): Promise<Campaign | undefined> {
  return meant === undefined ? (await ledger.campaigns(lookedThrough)).find(hasWork) : findCampaign(ledger, meant);
}
