import { hostname } from 'node:os';
import type { Context } from '../context.ts';
import { exitCodeOf, type Report, type RunEnd } from '../core/report.ts';
import { runCampaign } from '../engine/run-campaign.ts';
import { CliError } from '../errors.ts';
import type { Campaign, Lease } from '../ledger/ledger.ts';
import { messageJson, reportJson } from '../ui/json.ts';
import { shown } from '../ui/lines.ts';
import { reportLines } from '../ui/report.ts';
import type { Session } from './session.ts';
import { watchProgress } from './watch-progress.ts';

/** What a run is told beyond the config. */
export interface DeliverOptions {
  /** Rows of this run's input that are wrong. */
  readonly invalid: number;
  readonly limit?: number | undefined;
  /** How long to retry unless the config says otherwise, in milliseconds. */
  readonly retryForMs: number;
  /** Prints the result; by default the report. */
  readonly print?: typeof printReport;
}

/** What a run came to. */
export interface Result {
  readonly campaign: Campaign;
  readonly report: Report;
  readonly exitCode: number;
}

/** What a message waits that Twilio would not take, first and at most, in milliseconds. */
const retry = { baseDelayMs: 500, maxDelayMs: 30_000 };

/** The end that `send`, `batch` and `resume` share: send what is pending, then report. Returns the exit code. */
export async function deliver(
  campaign: Campaign,
  { invalid, limit, retryForMs, print = printReport }: DeliverOptions,
  session: Session,
  context: Context,
): Promise<number> {
  const ledger = await session.ledger();
  const transport = await session.connect();
  const lease = await acquire(campaign, session);
  const progress = await watchProgress(campaign, session, context);
  let end: RunEnd;
  try {
    end = await runCampaign(lease, {
      ledger,
      transport,
      retry,
      retryForMs: session.config.get('retry_for') ?? retryForMs,
      concurrency: session.config.get('concurrency') ?? 1,
      perSecond: session.config.get('rate'),
      limit,
      signal: context.signal,
      now: context.now,
      sleep: context.sleep,
      random: context.random,
      onResult: progress.onResult,
    });
  } finally {
    progress.stop();
    await ledger.release(lease);
  }
  const report = await ledger.report(campaign.id);
  const exitCode = exitCodeOf({ end, invalid, ...progress.tally }, report);
  if (!(session.isQuiet && exitCode === 0)) {
    sayEnd(end, session, context);
    await print({ campaign, report, exitCode }, session, context);
    sayOpen(campaign, report, context);
  }
  return exitCode;
}

async function acquire(campaign: Campaign, session: Session): Promise<Lease> {
  const ledger = await session.ledger();
  const lease = await ledger.acquire(campaign.id, { host: hostname(), pid: process.pid });
  if ('owner' in lease) return lease;
  const { host, pid } = lease.heldBy;
  throw new CliError('held', `Another run is sending ${campaign.name} (process ${pid} on ${host}).`, {
    hint: `Wait for it, or look with: volley report ${quoted(campaign.name)}`,
  });
}

/** The report on standard output, as text or JSON; with `--output ndjson` every message instead. */
export async function printReport(result: Result, session: Session, { out }: Context): Promise<void> {
  const { campaign, report, exitCode } = result;
  if (session.isNdjson) {
    for await (const message of (await session.ledger()).messages(campaign.id))
      out(JSON.stringify(messageJson(message)));
  } else if (session.isJson) out(JSON.stringify(reportJson(campaign, report, exitCode)));
  else for (const line of reportLines(campaign.name, report, session.resultLook)) out(line);
}

function sayEnd(end: RunEnd, { workLook }: Session, { err }: Context): void {
  const say = (text: string) => err(workLook.paint.yellow(shown(text, workLook)));
  switch (end.kind) {
    case 'finished':
    case 'limit':
      return;
    case 'interrupted':
      return say('Interrupted. What was on its way has been waited for and recorded.');
    case 'credentials':
      return say(`Stopped: Twilio refused the account (${end.code}: ${end.reason}). Nothing more was sent.`);
    case 'sender':
      return say(`Stopped sending from ${end.sender} (${end.code}: ${end.reason}).`);
    case 'unreachable':
      return say(`Gave up: ${end.reason}. What was not sent stays pending.`);
    case 'lost-lease':
      return say('Stopped: another run has taken this campaign over.');
  }
}

function sayOpen({ name }: Campaign, { counts }: Report, { err }: Context): void {
  if (counts.unknown > 0) err(`${counts.unknown} may have been sent: no answer came, so they are not sent again.`);
  if (counts.pending > 0) err(`Resume with: volley resume ${quoted(name)}`);
}

/** A name as a shell takes it. */
export function quoted(name: string): string {
  return /^[\w.:@%+=,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
