import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { Message } from '../../core/message.ts';
import { plural } from '../../core/text/wording.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { shown } from '../../ui/lines.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { required } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';
import { findCampaign } from './resume.ts';

const help = `Cancels what has not been sent, also while another run is at it, and what is scheduled at Twilio.
What Twilio has begun to send cannot be called back.

Examples:
  volley recall spring-sale`;

const table = { campaign: required('<campaign>', 'name or id', text) };

/** Declares `volley recall`. */
export function declareRecall(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, recall);
}

interface Recalled {
  /** Not sent yet, and never will be. */
  readonly pending: number;
  /** Called back from Twilio. */
  readonly scheduled: number;
  readonly failed: readonly { readonly message: Message; readonly reason: string }[];
  /** Sent, on their way, or nobody knows. */
  readonly gone: number;
}

function recall({ campaign: name, session: told }: OptionsOf<typeof table>, context: Context): Promise<number> {
  return withSession(told, context, async (session) => {
    const ledger = await session.ledger();
    const campaign = await findCampaign(ledger, name);
    const pending = await ledger.cancelPending(campaign.id);
    const recalled = { pending, ...(await recallScheduled(campaign.id, ledger, session)) };
    show(campaign.name, recalled, session, context);
    return recalled.failed.length > 0 ? 8 : 0;
  });
}

async function recallScheduled(id: string, ledger: Ledger, session: Session): Promise<Omit<Recalled, 'pending'>> {
  const failed: { message: Message; reason: string }[] = [];
  const count = { scheduled: 0, gone: 0 };
  for await (const message of ledger.messages(id, { states: ['accepted', 'claimed', 'unknown'] })) {
    if (message.sid === undefined || message.status !== 'scheduled') {
      count.gone++;
      continue;
    }
    const canceled = await (await session.connect()).cancel(message.sid, message.request?.accountSid);
    if (canceled.ok) {
      count.scheduled++;
      await ledger.cancelAccepted(message.id, canceled.status);
    } else failed.push({ message, reason: canceled.reason });
  }
  return { ...count, failed };
}

function show(name: string, recalled: Recalled, session: Session, { out }: Context): void {
  const { pending, scheduled, failed, gone } = recalled;
  if (session.isJson) {
    const stuck = failed.map(({ message: { sid, to }, reason }) => ({ sid, to, reason }));
    out(JSON.stringify({ schema: 'volley.recall/1', campaign: name, pending, scheduled, gone, failed: stuck }));
    return;
  }
  if (session.isQuiet && failed.length === 0) return;
  out(`${plural(pending, 'message')} canceled before being sent, ${scheduled} called back from Twilio.`);
  if (gone > 0) out(`${plural(gone, 'message')} had gone out, or may have.`);
  for (const { message, reason } of failed) {
    const who = shown(message.to, session.resultStyle);
    out(`not called back: ${message.sid} to ${who}: ${shown(reason, session.resultStyle)}`);
  }
}
