import type { Command } from 'commander';
import { findCampaign, findMessage } from '../../campaign/find.ts';
import { type Recalled, recall } from '../../campaign/recall.ts';
import type { Context } from '../../context.ts';
import { isMessageSid } from '../../core/message.ts';
import { clean } from '../../core/text/clean.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, exitCodes } from '../../errors.ts';
import { shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { campaignArgument } from '../options/campaign.ts';
import { type Session, withSession } from '../session.ts';

const help = `Cancels what has not been sent, also while another run is at it, and what is scheduled at Twilio.
What Twilio has begun to send cannot be called back.

Examples:
  volley recall spring-sale`;

const table = { campaign: campaignArgument };

/** Declares `volley recall`. */
export function declareRecall(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, recallCampaign);
}

function recallCampaign(
  { campaign: name, session: sessionOptions }: OptionsOf<typeof table>,
  context: Context,
): Promise<number> {
  if (isMessageSid(name)) throw oneMessage(name);
  return withSession(sessionOptions, context, async (session) => {
    const ledger = await session.ledger();
    const message = await findMessage(ledger, name);
    if (message?.sid !== undefined) throw oneMessage(message.sid);
    const campaign = await findCampaign(ledger, name);
    if (![campaign.name, campaign.id].includes(name)) await confirmMeant(campaign.name, session, context);
    const recalled = await recall(campaign, { ledger, connect: session.connect, signal: context.signal });
    await show(campaign.name, recalled, session, context);
    return recalled.failed.length > 0 ? exitCodes.open : 0;
  });
}

/** A campaign that was only meant by a part of its name, or as the last one, is asked for: it sends nothing more, ever. */
async function confirmMeant(name: string, { canAsk }: Session, { confirm, err }: Context): Promise<void> {
  if (!canAsk) return err(`Calling ${clean(name)} back.`);
  if (await confirm(`Call ${clean(name)} back? It sends nothing more, ever.`)) return;
  throw new CliError('interrupted', 'Nothing was called back.');
}

function oneMessage(sid: string): CliError {
  return new CliError('usage', `${sid} is one message, and a recall is of a whole campaign.`, {
    hint: `Cancel what is scheduled: volley messages cancel ${sid}`,
  });
}

async function show(name: string, recalled: Recalled, session: Session, context: Context): Promise<void> {
  const { out } = context;
  const { pending, scheduled, failed, gone } = recalled;
  if (session.isJson) {
    const stuck = failed.map(({ message: { sid, to }, reason }) => ({ sid, to, reason }));
    const document = { schema: 'volley.recall/1', campaign: name, pending, scheduled, gone, failed: stuck } as const;
    return printDocument(document, { session, context, hasChanged: true });
  }
  if (session.isQuiet && failed.length === 0) return;
  out(`${plural(pending, 'message')} canceled before being sent, ${formatCount(scheduled)} called back from Twilio.`);
  if (gone > 0) out(`${plural(gone, 'message')} had gone out, or may have.`);
  for (const { message, reason } of failed) {
    const who = shown(message.to, session.resultStyle);
    out(`not called back: ${message.sid} to ${who}: ${shown(reason, session.resultStyle)}`);
  }
}
