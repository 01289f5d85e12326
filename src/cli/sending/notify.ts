import { hostname } from 'node:os';
import type { Context } from '../../context.ts';
import { isLoopback } from '../../core/request/web-address.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError, exitCodes } from '../../errors.ts';
import type { Campaign } from '../../ledger/plans.ts';
import { type EndedRun, runJson } from '../../ui/run.ts';
import type { Session } from '../session.ts';

/** How long whoever is told may take, in milliseconds; after an interrupt, when somebody waits for the end. */
const timeoutMs = { usual: 5000, interrupted: 1000 };

/**
 * Runs `work`, and tells an address what the run came to, also when it fails. Whatever becomes of that, the exit code
 * stays what it was, and what is thrown is thrown.
 */
export async function notifying<T extends Omit<EndedRun, 'campaign'>>(
  url: string | undefined,
  campaign: Campaign,
  work: () => Promise<T>,
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<T> {
  if (url === undefined) return work();
  const tell = (ended: Omit<EndedRun, 'campaign'>) =>
    notify({ url, key: `${campaign.id}-${context.now()}`, ended: { ...ended, campaign } }, session, context);
  try {
    const ended = await work();
    await tell(ended);
    return ended;
  } catch (error) {
    const { exitCode, code, message } =
      error instanceof CliError ? error : { exitCode: exitCodes.bug, code: 'bug', message: 'volley failed' };
    const report = await (await session.ledger()).report(campaign.id).catch(() => undefined);
    await tell({ end: 'failed', exitCode, report, error: { code, message } });
    throw error;
  }
}

/** What is to be told, and where; who is told twice knows it by the key. */
interface Notification {
  readonly url: string;
  readonly key: string;
  readonly ended: EndedRun;
}

/** Tells an address what a campaign came to. Says so where that fails, and never throws. */
export async function notify(what: Notification, session: Session, context: Context): Promise<void> {
  const { url } = what;
  const problem = await post(what, session, context);
  // The path of such an address is often all that keeps others from using it.
  if (problem !== undefined) context.err(`note: ${new URL(url).host} was not told (${clean(problem)}).`);
}

async function post(
  { url, key, ended }: Notification,
  { isSimulated }: Session,
  { now, env, signal, sleep, poster: posterTo }: Context,
): Promise<string | undefined> {
  const { protocol, hostname: host } = new URL(url);
  if (protocol === 'https:' && env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' && !isLoopback(host)) {
    return 'NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone read it';
  }
  const body = JSON.stringify(runJson(ended, { at: now(), host: hostname(), isSimulated }));
  const poster = await posterTo(url);
  const over = new AbortController();
  const limit = sleep(signal.aborted ? timeoutMs.interrupted : timeoutMs.usual, over.signal);
  try {
    return await Promise.race([
      poster.post(key, body),
      limit.then(() => (over.signal.aborted ? undefined : 'no answer in time')),
    ]);
  } finally {
    over.abort();
    poster.close();
  }
}
