import type { Command } from 'commander';
import { deadlineOf } from '../../campaign/deadline.ts';
import { hasUnknown, isOpen, pickCampaign } from '../../campaign/find.ts';
import { reopenRejected, retryUndelivered } from '../../campaign/resume.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { plural, quoted } from '../../core/text/wording.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { orCampaign } from '../options/campaign.ts';
import { deliverOptionsOf } from '../options/delivery.ts';
import { toggle } from '../options/option.ts';
import { absent } from '../options/read.ts';
import { aroundSending, sending } from '../options/sending.ts';
import { printReport, runDelivery } from '../sending/delivery.ts';
import { type Session, withSession } from '../session.ts';

const campaign = orCampaign('the latest that is not done');

const resumeTable = {
  campaign,
  rejected: toggle('--rejected', 'also send again what was rejected for a reason that may be gone'),
  undelivered: toggle(
    '--undelivered',
    'also send once more what was not delivered for a reason that passes (30001, 30003, 30008)',
  ),
  ...sending,
};

const reconcileTable = { campaign, ...sending };

/** What stands around a run is for the first one only. */
const nothingAround = absent(aroundSending);

/** Declares `volley resume`. */
export function declareResume(command: Command, act: Act): void {
  addIntroduction(command, resumeHelp);
  act(resumeTable, resume);
}

const resumeHelp = `Examples:
  volley resume spring-sale
  volley resume spring-sale --rejected       after the sender was put right
  volley resume spring-sale --undelivered    once for each; the first one may still arrive late`;

function resume(options: OptionsOf<typeof resumeTable>, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const campaign = await pickCampaign(ledger, options.campaign, isOpen);
    if (!campaign) return nothingTo('resume', session, context);
    await session.connect();
    if (options.rejected) {
      context.err(`${plural(await reopenRejected(campaign, { ledger }), 'rejected message')} will be tried again.`);
    }
    if (options.undelivered) {
      const retried = await retryUndelivered(campaign, { ledger });
      context.err(`${plural(retried, 'undelivered message')} will be sent once more.`);
    }
    const { counts } = await ledger.report(campaign.id);
    if (!isOpen({ counts }) && !session.isQuiet) context.err(`There is nothing to resume in ${clean(campaign.name)}.`);
    const delivery = deliverOptionsOf({ ...nothingAround, ...options }, session.config);
    return runDelivery(campaign, delivery, { deadline, notify: options.notify }, { session, context });
  });
}

/** Declares `volley reconcile`. */
export function declareReconcile(command: Command, act: Act): void {
  addIntroduction(command, reconcileHelp);
  act(reconcileTable, reconcile);
}

function reconcile(options: OptionsOf<typeof reconcileTable>, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const campaign = await pickCampaign(ledger, options.campaign, hasUnknown);
    if (!campaign) return nothingTo('reconcile', session, context);
    const report = await ledger.report(campaign.id);
    if (hasUnknown(report)) {
      const delivery = deliverOptionsOf({ ...nothingAround, ...options }, session.config);
      return runDelivery(
        campaign,
        { ...delivery, sendFirst: false },
        { deadline, notify: options.notify },
        { session, context },
      );
    }
    if (session.isQuiet) return 0;
    const goOn = report.counts.pending > 0 ? ` Send the rest with: volley resume ${quoted(campaign.name)}` : '';
    context.err(`There is nothing to reconcile in ${clean(campaign.name)}: no outcome is unknown.${goOn}`);
    await printReport({ campaign, report, exitCode: 0 }, session, context);
    return 0;
  });
}

/** What is done already is done: that is no error. */
async function nothingTo(verb: 'resume' | 'reconcile', session: Session, context: Context): Promise<number> {
  const document = { schema: `volley.${verb}/1`, campaign: null, exitCode: 0 } as const;
  if (session.isJson) await printDocument(document, { session, context });
  else if (!session.isQuiet) context.err(`There is nothing to ${verb}. See what was sent: volley campaigns`);
  return 0;
}

const reconcileHelp = `Looks at Twilio's own list for messages of which no answer came. What is found is accepted; what is not
found stays unknown, or with --on-unknown resend goes out again (and what is pending with it).
Twilio's list can lag: send again only what had time to show up there.

Examples:
  volley reconcile spring-sale
  volley reconcile spring-sale --on-unknown resend`;
