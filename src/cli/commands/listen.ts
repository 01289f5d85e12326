import type { Command } from 'commander';
import { passOn } from '../../callbacks/forward.ts';
import { listenForWebhooks } from '../../callbacks/server.ts';
import { authTokensOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import type { StatusUpdate } from '../../core/outcome/delivery.ts';
import { isLoopback, webAddressProblem, withoutUserinfo } from '../../core/request/web-address.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Webhook } from '../../provider/twilio/webhook.ts';
import { shown } from '../../ui/lines.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { option, type ValuesOf } from '../options/option.ts';
import { port, text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';

const help = `Receives Twilio's status callbacks and inbound messages, checks their signatures, and writes them to the ledger
before it answers. STOP and its like put the sender of the message on the opt-out list, START takes them off.
Runs until Ctrl-C. Put a proxy with TLS before it that keeps path and query as they are; GET /healthz answers 200.

Set callback_url in the config (or --status-callback) to the public address: then messages ask for callbacks there,
and carry our own id, which settles what no answer came for.

--forward posts what is new as {"schema":"volley.event/1","id","type":"status|inbound","at","sid",…}, at least once; its id
is also the Idempotency-Key. What is not answered with 2xx is tried again for three days, also after a restart.

Examples:
  volley listen --public-url https://example.com/twilio --port 8080
  volley listen --public-url https://example.com/twilio --forward http://127.0.0.1:3000/events`;

const table = {
  publicUrl: option(
    '--public-url <url>',
    'the address that Twilio was given (default: callback_url of the config)',
    text,
  ),
  host: option('--host <address>', 'address to listen on (default 127.0.0.1)', text, '127.0.0.1'),
  port: option('--port <n>', 'port to listen on, 0 picks one (default 8080)', port, 8080),
  forward: option(
    '--forward <url>',
    'post each event there as JSON, too; what is not taken is kept and tried again',
    text,
  ),
};

/** Declares `volley listen`. */
export function declareListen(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => {
    const forward = forwardOf(options.forward, context);
    return withSession(options.session, context, (session) => listen({ ...options, forward }, session, context));
  });
}

async function listen(options: ValuesOf<typeof table>, session: Session, context: Context): Promise<number> {
  const { host, port, forward } = options;
  const publicUrl = publicUrlOf(options.publicUrl, session);
  const authTokens = await tokensOf(session, context);
  const ledger = await session.ledger();
  const count = { statuses: 0, inbound: 0, refused: 0 };
  const writer = receiver(ledger, forward !== undefined);
  const server = await listenForWebhooks({
    ...{ publicUrl, authTokens, host, port },
    onRefused: (reason) => {
      count.refused++;
      context.log({ event: 'refused', reason });
      // The first one is told anyway: an address that is set up wrong looks like this.
      if (session.isVerbose || (count.refused === 1 && !session.isQuiet)) {
        const more = session.isVerbose ? '' : ' (more of them with -v)';
        context.err(`refused: ${shown(reason, session.workStyle)}${more}`);
      }
    },
    onWebhook: async (webhook) => {
      if (webhook.kind === 'status') {
        await writer.add({ ...webhook, at: context.now(), source: 'callback' });
        count.statuses++;
        const { sid, status, code } = webhook;
        context.log({ event: 'callback', sid, status, code });
      } else if (webhook.kind === 'inbound') {
        await heed(webhook, ledger, context.now());
        if (forward) await ledger.keepEvent({ ...webhook, id: webhook.sid, at: context.now() });
        count.inbound++;
        const { sid, from, keyword } = webhook;
        context.log({ event: 'inbound', sid, from, keyword });
      }
      if (session.isVerbose) context.err(told(webhook, session));
    },
  });
  const forwarding = forward === undefined ? undefined : await startForwarding(forward, session, context);
  const at = { url: publicUrl, host, port: server.port };
  context.out(session.isJson ? JSON.stringify(at) : `Listening on ${at.host}:${at.port} for ${clean(publicUrl)}`);
  await untilStopped(context.signal);
  await server.close();
  await forwarding?.stop();
  if (!session.isQuiet) {
    const { statuses, inbound, refused } = count;
    context.err(`${plural(statuses, 'callback')}, ${plural(inbound, 'inbound message')}, ${refused} refused.`);
  }
  return 0;
}

function publicUrlOf(given: string | undefined, { config }: Session): string {
  const url = given ?? config.get('callback_url');
  const wrong = url === undefined ? undefined : webAddressProblem(url);
  if (url !== undefined && !wrong) return url;
  throw new CliError(
    'usage',
    wrong ? `${withoutUserinfo(url ?? '')} ${wrong.problem}.` : 'Which address was Twilio given?',
    {
      hint: wrong?.hint ?? 'Give --public-url https://host/path.',
    },
  );
}

async function tokensOf({ config }: Session, context: Context): Promise<readonly string[]> {
  const tokens = await authTokensOf(config, context);
  if (tokens.length > 0) return tokens;
  throw new CliError('credentials', 'Callbacks are signed with the auth token, and none is configured.', {
    hint: 'Set TWILIO_AUTH_TOKEN. The secret of an API key cannot check them.',
  });
}

/** Where events go on to. They hold numbers and texts, so only with TLS that is checked, or on this machine. */
function forwardOf(url: string | undefined, { env }: Context): string | undefined {
  if (url === undefined) return undefined;
  if (webAddressProblem(url) === undefined) {
    const { protocol, hostname } = new URL(url);
    if (
      (protocol === 'https:' && env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') ||
      (protocol === 'http:' && isLoopback(hostname))
    )
      return url;
  }
  throw new CliError(
    'usage',
    '--forward needs an address with https (and its certificates checked), or with http on this machine.',
  );
}

/** Passes events on beside the listening. `stop` leaves what was not taken in the queue, and says how much. */
async function startForwarding(
  url: string,
  session: Session,
  context: Context,
): Promise<{ stop: () => Promise<void> }> {
  const { now, sleep, signal, err } = context;
  const ledger = await session.ledger();
  const poster = await context.poster(url);
  let wasFailing = false;
  const passing = passOn({
    ...{ ledger, poster, now, sleep, signal },
    onFailed: ({ id }, reason, isGivenUp) => {
      if (isGivenUp) err(`given up after three days: event ${clean(id)} (${clean(reason)})`);
      else if (!wasFailing || session.isVerbose) err(`not passed on (${clean(reason)}); it is kept and tried again`);
      wasFailing = true;
    },
    onTrouble: (problem) => err(`nothing is passed on for now: ${clean(problem)}`),
  });
  return {
    stop: async () => {
      poster.close();
      await passing;
      const left = await ledger.countEvents();
      if (left > 0) err(`${plural(left, 'event')} not passed on yet: kept for the next start.`);
    },
  };
}

/** How long a receipt may wait for company in one commit, in milliseconds. */
const groupMs = 10;

/** Writes receipts in groups, one commit for many; `add` resolves when its own is on disk. */
function receiver(ledger: Ledger, passOnToo: boolean): { add: (update: StatusUpdate) => Promise<void> } {
  let waiting: StatusUpdate[] = [];
  let commit: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, groupMs));
    const group = waiting;
    waiting = [];
    commit = undefined;
    await ledger.receive(group, passOnToo);
  };
  return {
    add: (update) => {
      waiting.push(update);
      commit ??= flush();
      return commit;
    },
  };
}

type Inbound = Extract<Webhook, { kind: 'inbound' }>;

async function heed({ from, to, keyword }: Inbound, ledger: Ledger, at: number): Promise<void> {
  if (keyword === 'stop') await ledger.addOptOuts([{ address: from, sender: to, source: 'STOP', at }]);
  if (keyword === 'start') await ledger.removeOptOut(from, to);
}

function told(webhook: Webhook, { workStyle }: Session): string {
  if (webhook.kind === 'status') return `${webhook.status}  ${webhook.sid}${webhook.code ? `  ${webhook.code}` : ''}`;
  if (webhook.kind === 'inbound') return `inbound  from ${shown(webhook.from, workStyle)}  ${webhook.keyword ?? ''}`;
  return shown(webhook.problem, workStyle);
}

const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
