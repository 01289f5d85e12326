import type { Command } from 'commander';
import { exitCodeOfTracking } from '../../campaign/exit-code.ts';
import { findCampaign, findMessage } from '../../campaign/find.ts';
import { track, trackRecord } from '../../campaign/track.ts';
import type { Context } from '../../context.ts';
import { isMessageSid, type Message } from '../../core/message.ts';
import { isFinalStatus } from '../../core/outcome/status.ts';
import { sid } from '../../core/sid.ts';
import { CliError } from '../../errors.ts';
import { messageJson, recordJson } from '../../ui/json.ts';
import { messageLine } from '../../ui/messages.ts';
import { recordText } from '../../ui/records.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { campaignOrMessage } from '../options/campaign.ts';
import { option, type ValuesOf } from '../options/option.ts';
import { forMs } from '../options/sending.ts';
import { printReport } from '../sending/delivery.ts';
import { followShown } from '../sending/watch-delivery.ts';
import { connectedPortsOf, type Session, withSession } from '../session.ts';

const help = `Asks Twilio, by pages of its list and not message by message, until nothing is on its way any more.
Exits 8 when some still are after --for, 3 when some were not delivered.

Examples:
  volley track spring-sale --for 30m
  volley track SM1234… --json`;

const table = {
  campaign: campaignOrMessage,
  forMs: { ...forMs, about: 'how long to go on asking (default 15m)' },
  accountSid: option('--account-sid <AC…>', 'the subaccount of a message that is not in the ledger', sid('AC')),
};

/** Declares `volley track`. */
export function declareTrack(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) =>
    withSession(options.session, context, async (session) => {
      const wanted = options.campaign;
      const ledger = await session.ledger();
      const message = await findMessage(ledger, wanted);
      if (message) return followMessage(message, options, session, context);
      if (isMessageSid(wanted)) return watch(wanted, options, session, context);
      const campaign = await findCampaign(ledger, wanted);
      const open = await followShown(campaign, options.forMs, session, context);
      const report = await ledger.report(campaign.id);
      const exitCode = exitCodeOfTracking(open, report);
      if (!(session.isQuiet && exitCode === 0)) await printReport({ campaign, report, exitCode }, session, context);
      return exitCode;
    }),
  );
}

/** Follows one message of the ledger, and judges by it alone. */
async function followMessage(
  message: Message,
  { forMs }: ValuesOf<typeof table>,
  session: Session,
  context: Context,
): Promise<number> {
  const ports = await connectedPortsOf(session, context);
  const open = await track(message.campaignId, { ...ports, forMs, sid: message.sid });
  const now = (await ports.ledger.findSid(message.sid ?? '')) ?? message;
  const exitCode = exitCodeOfStatus(now.status, open);
  const document = { schema: 'volley.message/1', ...messageJson(now) } as const;
  if (session.isJson) await printDocument(document, { session, context });
  else if (!(session.isQuiet && exitCode === 0)) context.out(messageLine(now, session.resultStyle));
  return exitCode;
}

function exitCodeOfStatus(status: string | undefined, open: number): number {
  return exitCodeOfTracking(open, { statuses: status === undefined ? {} : { [status]: 1 }, retried: 0 });
}

/** Follows a message that somebody else sent, or that was sent before there was a ledger. */
async function watch(
  sid: string,
  options: ValuesOf<typeof table>,
  session: Session,
  context: Context,
): Promise<number> {
  const record = await trackRecord(sid, {
    ...{ monotonic: context.monotonic, sleep: context.sleep, signal: context.signal },
    provider: await session.connect(),
    accountSid: options.accountSid,
    forMs: options.forMs,
  });
  if (!record) {
    throw new CliError('input', `Neither the ledger nor Twilio knows ${sid}.`, {
      hint: 'Is it of another account? See --account-sid and --profile.',
    });
  }
  const document = { schema: 'volley.twilio-message/1', ...recordJson(record) } as const;
  if (session.isJson) await printDocument(document, { session, context });
  else context.out(recordText(record, session.resultStyle, context.terminal.stdoutIsTty));
  return exitCodeOfStatus(record.status, isFinalStatus(record.status) ? 0 : 1);
}
