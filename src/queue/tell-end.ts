import { exitCodeOfRun } from '../campaign/exit-code.ts';
import type { Report, RunEnd } from '../core/outcome/report.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { Holder } from '../ledger/runs.ts';
import type { Notice, Queue } from './queue.ts';

/** What a campaign came to that workers have sent. */
export interface EndedCampaign {
  readonly campaign: Campaign;
  readonly end: RunEnd['kind'];
  /** What the shell would have been told, had one process sent all of it. */
  readonly exitCode: number;
  readonly report: Report;
}

/** Posts what a campaign came to. Never throws; `key` is the same when it has to be posted again. */
export type Tell = (url: string, key: string, ended: EndedCampaign) => Promise<void>;

interface TellPorts extends Holder {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly tell: Tell;
}

/**
 * Tells whoever asked for it what a campaign came to, once over all workers. False: not yet, for others are about to, or
 * still have messages of it on their way.
 */
export async function tellEnd(campaignId: string, end: RunEnd['kind'], ports: TellPorts): Promise<boolean> {
  const { queue, tell } = ports;
  const notice = await queue.notice(campaignId);
  if (notice === undefined) return true;
  if (!(await isAtRest(campaignId, ports)) || !(await queue.takeNotice(notice))) return false;
  const ended = await endOf(notice, end, ports);
  if (ended) await tell(notice.url, `${campaignId}-${notice.round}`, ended);
  await queue.endNotice(notice);
  return true;
}

/** Only who can have the campaign alone knows that nobody else sends any more of it, or has any of it on its way. */
async function isAtRest(campaignId: string, { ledger, host, pid }: TellPorts): Promise<boolean> {
  const lease = await ledger.acquire(campaignId, { host, pid });
  if ('heldBy' in lease) return false;
  await ledger.release(lease);
  return true;
}

async function endOf(
  { campaignId, ended }: Notice,
  seen: RunEnd['kind'],
  { ledger }: TellPorts,
): Promise<EndedCampaign | undefined> {
  const [campaign, report] = await Promise.all([ledger.find(campaignId), ledger.report(campaignId)]);
  if (!campaign) return undefined;
  const end = ended ?? seen;
  const { accepted, rejected, invalid } = report.counts;
  return {
    campaign,
    end,
    report,
    exitCode: exitCodeOfRun({ end: { kind: end }, accepted, rejected, invalid }, report),
  };
}
