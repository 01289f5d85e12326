import type { Command } from 'commander';
import { findCampaign } from '../../campaign/find.ts';
import { verify } from '../../campaign/verify.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { exitCodes } from '../../errors.ts';
import { shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { campaignArgument } from '../options/campaign.ts';
import { type Session, withSession } from '../session.ts';

const help = `Compares both ways, changing nothing: messages of the campaign that Twilio does not list, messages that Twilio has
from the campaign's senders in that time and no campaign of this ledger knows, and statuses that are behind.
Exits 8 when something differs. Twilio's list can lag by minutes.

Examples:
  volley verify spring-sale
  volley verify spring-sale --json`;

const table = { campaign: campaignArgument };

/** Declares `volley verify`. */
export function declareVerify(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) =>
    withSession(options.session, context, (session) => verifyCampaign(options.campaign, session, context)),
  );
}

async function verifyCampaign(name: string, session: Session, context: Context): Promise<number> {
  const ledger = await session.ledger();
  const campaign = await findCampaign(ledger, name);
  const { compared, differences } = await verify(campaign, {
    ledger,
    provider: await session.connect(),
    signal: context.signal,
  });
  const exitCode = differences.length > 0 ? exitCodes.open : 0;
  if (session.isJson) {
    const document = { schema: 'volley.verify/1', campaign: campaign.name, compared, exitCode } as const;
    await printDocument(document, { session, context }, { as: 'differences', items: differences });
  } else if (!(session.isQuiet && exitCode === 0)) {
    for (const { sid, to, text } of differences) {
      context.out(`${sid}  to ${shown(to, session.resultStyle)}  ${clean(text)}`);
    }
    context.out(`${plural(compared, 'message')} compared, ${plural(differences.length, 'difference')}.`);
  }
  return exitCode;
}
