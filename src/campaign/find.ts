import { beginsMessageSid, isMessageSid, type Message } from '../core/message.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { CampaignSummary } from '../ledger/reports.ts';

type CampaignFinder = Pick<Ledger, 'find' | 'beginningWith' | 'findSid' | 'sidsBeginningWith'>;

/** The word for the newest campaign, unless one has it as its name. */
const lastWord = 'last';

/**
 * The campaign that is meant by its name, its id, the SID of one of its messages, `last`, or the beginning of any of
 * them. Throws a `CliError` that says which could be meant, or where to look.
 */
export async function findCampaign(ledger: CampaignFinder, meant: string): Promise<Campaign> {
  const campaign = await ledger.find(meant);
  if (campaign) return campaign;
  const message = await findMessage(ledger, meant);
  if (message || isMessageSid(meant)) return campaignOfMessage(ledger, meant, message);
  return meant === lastWord ? lastCampaign(ledger) : campaignBeginningWith(ledger, meant);
}

/** The newest campaign. Throws a `CliError` where nothing was sent yet. */
export async function lastCampaign(ledger: Pick<Ledger, 'beginningWith'>): Promise<Campaign> {
  const [campaign] = await ledger.beginningWith('', 1);
  if (campaign) return campaign;
  throw new CliError('usage', 'Nothing has been sent yet.', { hint: 'Try it out: volley compose --simulate' });
}

/**
 * The message that is meant by its SID, or by how that begins where no campaign begins so; undefined: none of the ledger
 * is. Throws a `CliError` where it could be several.
 */
export async function findMessage(
  ledger: Pick<CampaignFinder, 'beginningWith' | 'findSid' | 'sidsBeginningWith'>,
  meant: string,
): Promise<Message | undefined> {
  if (isMessageSid(meant)) return ledger.findSid(meant);
  if (!beginsMessageSid(meant) || (await ledger.beginningWith(meant, 1)).length > 0) return undefined;
  const sid = await onlySid(ledger, meant);
  return sid === undefined ? undefined : ledger.findSid(sid);
}

/**
 * A whole SID from how it begins. Whole ones may be of any message of Twilio's, the others are of this ledger. Throws a
 * `CliError` for the beginning of none, or of several.
 */
export async function wholeSid(ledger: Pick<CampaignFinder, 'sidsBeginningWith'>, meant: string): Promise<string> {
  const sid = isMessageSid(meant) ? meant : await onlySid(ledger, meant);
  if (sid !== undefined) return sid;
  throw new CliError('usage', `No message in the ledger begins with ${meant}.`, { hint: 'Give the whole SID.' });
}

/** What the SID of a message looks like, and how much of it has to be given. */
export const sidHint =
  'A SID is SM or MM and 32 hexadecimal digits; of a message in the ledger the first four do, where no other begins so.';

async function onlySid(
  ledger: Pick<CampaignFinder, 'sidsBeginningWith'>,
  beginning: string,
): Promise<string | undefined> {
  const [only, ...others] = await ledger.sidsBeginningWith(beginning, named + 1);
  if (only === undefined || others.length === 0) return only;
  const more = others.length >= named ? ', …' : '';
  throw new CliError('usage', `Several messages begin with ${beginning}.`, {
    hint: `Name one: ${[only, ...others].slice(0, named).join(', ')}${more}`,
  });
}

async function campaignOfMessage(ledger: CampaignFinder, sid: string, message: Message | undefined): Promise<Campaign> {
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

async function campaignBeginningWith(ledger: CampaignFinder, beginning: string): Promise<Campaign> {
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
  const orMessage = beginsMessageSid(beginning) ? ', and no message that begins so' : '';
  throw new CliError('usage', `There is no campaign ${beginning}${orMessage}.`, {
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
  ledger: CampaignFinder & Pick<Ledger, 'campaigns'>,
  meant: string | undefined,
  hasWork: (campaign: Counted) => boolean,
): Promise<Campaign | undefined> {
  return meant === undefined ? (await ledger.campaigns(lookedThrough)).find(hasWork) : findCampaign(ledger, meant);
}
