import type { Command } from 'commander';
import { isMessageSid } from '../core/message.ts';
import { deliveryExitCode } from '../core/outcome/report.ts';
import { messageJson } from '../ui/json.ts';
import { messageLine } from '../ui/messages.ts';
import { printReport } from './campaign/deliver.ts';
import { follow } from './campaign/follow.ts';
import type { Act } from './options.ts';
import { findCampaign } from './resume.ts';
import { withSession } from './session.ts';

const help = `
Asks Twilio, by pages of its list and not message by message, until nothing is on its way any more.
Exits 8 when some still are after --for, 3 when some were not delivered.

Examples:
  volley track spring-sale --for 30m
  volley track SM1234… --json`;

/** Declares `volley track`. */
export function declareTrack(command: Command, act: Act): void {
  command
    .argument('<campaign>', 'name or id of a campaign, or the SID of a message')
    .option('--for <time>', 'how long to go on asking (default 15m)')
    .addHelpText('after', help);
  act((flags, context) =>
    withSession(flags, context, async (session) => {
      const wanted = String(flags['campaign']);
      const ledger = await session.ledger();
      const message = isMessageSid(wanted) ? await ledger.findSid(wanted) : undefined;
      const campaign = await findCampaign(ledger, message?.campaignId ?? wanted);
      const open = await follow(campaign, flags, session, context);
      const report = await ledger.report(campaign.id);
      const exitCode = deliveryExitCode(open, report);
      if (message) {
        const now = (await ledger.findSid(wanted)) ?? message;
        context.out(session.isJson ? JSON.stringify(messageJson(now)) : messageLine(now, session.resultLook));
      } else if (!(session.isQuiet && exitCode === 0))
        await printReport({ campaign, report, exitCode }, session, context);
      return exitCode;
    }),
  );
}
