import { option, required } from './option.ts';
import { text } from './parsers.ts';

/** How a campaign can be named, the same way by every command; `findCampaign` reads it. */
const ways = 'name, id, how one of them begins, or last';

/** A campaign that has to be named. */
export const campaignArgument = required('<campaign>', ways, text);

/** A campaign, or what the command takes where none is named. */
export const orCampaign = (otherwise: string) => option('[campaign]', `${ways} (default: ${otherwise})`, text);

/** The same, or one message. */
export const campaignOrMessage = {
  ...campaignArgument,
  about: `a campaign by ${ways}; or the SID of a message, or how that begins`,
};
