import type { Command } from 'commander';
import { deadlineOf } from '../../campaign/deadline.ts';
import { deliver, printReport, quoted } from '../../campaign/deliver.ts';
import type { Context } from '../../context.ts';
import { type CodeExplanation, errorCodes } from '../../core/outcome/error-codes.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { CampaignSummary } from '../../ledger/reports.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, toggle } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { absent } from '../options/read.ts';
import { aroundSending, sending } from '../options/sending.ts';
import { type Session, withSession } from '../session.ts';

const campaignArgument = option('[campaign]', 'name or id; the latest that is not done', text);

const resumeTable = {
  campaign: campaignArgument,
  rejected: toggle('--rejected', 'also send again what was rejected for a reason that may be gone'),
  undelivered: toggle(
    '--undelivered',
    'also send once more what was not delivered for a reason that passes (30001, 30003, 30008)',
  ),
  ...sending,
};

const reconcileTable = { campaign: campaignArgument, ...sending };

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

/** What was refused because of something that can be put right without changing the message. */
const mendable = new Set(['stop-sender', 'wait', 'retry-later', 'skip-country']);

function resume(options: OptionsOf<typeof resumeTable>, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const campaign = await pick(ledger, options.campaign, isOpen);
    if (!campaign) return nothingTo('resume', session, context);
    await session.connect();
    if (options.rejected) {
      const reopened = await ledger.reopen(
        campaign.id,
        codesOf((action) => mendable.has(action)),
      );
      context.err(`${plural(reopened, 'rejected message')} will be tried again.`);
    }
    if (options.undelivered) {
      const retried = await ledger.retryUndelivered(
        campaign.id,
        codesOf((action) => action === 'retry-later'),
      );
      context.err(`${plural(retried, 'undelivered message')} will be sent once more.`);
    }
    const { counts } = await ledger.report(campaign.id);
    if (!isOpen({ counts }) && !session.isQuiet) context.err(`There is nothing to resume in ${clean(campaign.name)}.`);
    return deliver(campaign, { ...nothingAround, ...options, deadline }, session, context);
  });
}

const codesOf = (isWanted: (action: CodeExplanation['action']) => boolean): number[] =>
  errorCodes.filter(({ action }) => isWanted(action)).map(({ code }) => code);

/** Declares `volley reconcile`. */
export function declareReconcile(command: Command, act: Act): void {
  addIntroduction(command, reconcileHelp);
  act(reconcileTable, reconcile);
}

function reconcile(options: OptionsOf<typeof reconcileTable>, context: Context): Promise<number> {
  const deadline = deadlineOf(options, context);
  return withSession(options.session, context, async (session) => {
    const ledger = await session.ledger();
    const campaign = await pick(ledger, options.campaign, isUnsettled);
    if (!campaign) return nothingTo('reconcile', session, context);
    const report = await ledger.report(campaign.id);
    if (isUnsettled(report)) {
      return deliver(campaign, { ...nothingAround, ...options, deadline, sendFirst: false }, session, context);
    }
    if (session.isQuiet) return 0;
    const goOn = report.counts.pending > 0 ? ` Send the rest with: volley resume ${quoted(campaign.name)}` : '';
    context.err(`There is nothing to reconcile in ${clean(campaign.name)}: no outcome is unknown.${goOn}`);
    await printReport({ campaign, report, exitCode: 0 }, session, context);
    return 0;
  });
}

type Counted = Pick<CampaignSummary, 'counts'>;

/** Some outcome is unknown, or will be once the run that has claimed it is found to be dead. */
const isUnsettled = ({ counts }: Counted): boolean => counts.claimed + counts.unknown > 0;

const isOpen = ({ counts }: Counted): boolean => counts.pending + counts.claimed + counts.unknown > 0;

/** What is done already is done: that is no error. */
function nothingTo(verb: 'resume' | 'reconcile', session: Session, { out, err }: Context): number {
  if (session.isJson) out(JSON.stringify({ schema: `volley.${verb}/1`, campaign: null, exitCode: 0 }));
  else if (!session.isQuiet) err(`There is nothing to ${verb}. See what was sent: volley campaigns`);
  return 0;
}

const reconcileHelp = `Looks at Twilio's own list for messages of which no answer came. What is found is accepted; what is not
found stays unknown, or with --on-unknown resend goes out again (and what is pending with it).
Twilio's list can lag: send again only what had time to show up there.

Examples:
  volley reconcile spring-sale
  volley reconcile spring-sale --on-unknown resend`;

/** The campaign of a name, or the latest that has something to do. */
async function pick(
  ledger: Ledger,
  name: string | undefined,
  hasWork: (campaign: Counted) => boolean,
): Promise<Campaign | undefined> {
  return name === undefined ? (await ledger.campaigns(1000)).find(hasWork) : findCampaign(ledger, name);
}

/** A campaign by name or id. Throws a `CliError` that says where to look. */
export async function findCampaign(ledger: Ledger, name: string): Promise<Campaign> {
  const campaign = await ledger.find(name);
  if (campaign) return campaign;
  throw new CliError('usage', `There is no campaign ${name}.`, { hint: 'See them all: volley campaigns' });
}
