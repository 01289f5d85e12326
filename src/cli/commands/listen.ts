import type { Command } from 'commander';
import { type Forwarding, startForwarding } from '../../callbacks/forward.ts';
import { type ReceiveEvents, startReceiving } from '../../callbacks/receive.ts';
import { authTokensOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import type { Callback } from '../../core/outcome/callback.ts';
import { travelsSafely, webAddressProblem, withoutUserinfo } from '../../core/request/web-address.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { bodyShown, type Style, shown, truncate } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { option, type ValuesOf } from '../options/option.ts';
import { port, text } from '../options/parsers.ts';
import { type Session, storesText, withSession } from '../session.ts';

const help = `Receives Twilio's status callbacks and inbound messages, checks their signatures, and writes them to the ledger
before it answers: volley replies shows what people wrote. STOP and its like put them on the opt-out list, START takes
them off.
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
  const readCallback = await context.callbackReader(await tokensOf(session, context));
  const ports = { ledger: await session.ledger(), readCallback, now: context.now };
  const receiver = await startReceiving(
    { publicUrl, host, port, passOn: forward !== undefined, storesText: storesText({ storeBody: true }, session) },
    ports,
    printReceived(session, context),
  );
  const forwarding = forward === undefined ? undefined : await forwardTo(forward, session, context);
  const at = { url: publicUrl, host, port: receiver.port };
  if (session.isJson) await printDocument({ schema: 'volley.listen/1', ...at }, { session, context });
  else context.out(`Listening on ${at.host}:${at.port} for ${clean(publicUrl)}`);
  await untilAborted(context.signal);
  const { statuses, inbound, refused } = await receiver.stop();
  const left = (await forwarding?.stop()) ?? 0;
  if (left > 0) context.err(`${plural(left, 'event')} not passed on yet: kept for the next start.`);
  if (!session.isQuiet) {
    context.err(`${plural(statuses, 'callback')}, ${plural(inbound, 'inbound message')}, ${refused} refused.`);
  }
  return 0;
}

/**
 * Logs everything; prints it on a terminal and with `--verbose`, and elsewhere the first refusal: a wrong address looks
 * like this.
 */
function printReceived({ isVerbose, isQuiet, workStyle }: Session, { log, err, terminal }: Context): ReceiveEvents {
  const printsAll = isVerbose || (terminal.stderrIsTty && !isQuiet);
  let hasRefused = false;
  return {
    onReceived: (callback) => {
      if (callback.kind === 'status') {
        const { sid, status, code } = callback;
        log({ event: 'callback', sid, status, code });
      } else {
        const { sid, from, keyword } = callback;
        log({ event: 'inbound', sid, from, keyword });
      }
      if (printsAll) err(callbackLine(callback, workStyle));
    },
    onRefused: (reason) => {
      log({ event: 'refused', reason });
      if (printsAll || !(hasRefused || isQuiet)) {
        err(`refused: ${shown(reason, workStyle)}${printsAll ? '' : ' (more of them with -v)'}`);
      }
      hasRefused = true;
    },
  };
}

function callbackLine(callback: Callback, style: Style): string {
  if (callback.kind === 'inbound') {
    const { from, keyword, body } = callback;
    const start = `inbound  from ${shown(from, style)}  ${keyword ? `${keyword}  ` : ''}`;
    return start + truncate(bodyShown(body, from, style), Math.max(20, style.width - start.length));
  }
  const { status, sid, code } = callback;
  return `${status}  ${sid}${code === undefined ? '' : `  ${code}`}`;
}

/** Passes events on beside the receiving, and prints what goes wrong; of the events that fail, without `--verbose` the first. */
async function forwardTo(url: string, session: Session, context: Context): Promise<Forwarding> {
  const { now, sleep, signal, err } = context;
  let hasFailed = false;
  return startForwarding({
    ...{ ledger: await session.ledger(), poster: await context.poster(url), now, sleep, signal },
    onFailed: ({ id }, reason, isGivenUp) => {
      if (isGivenUp) err(`given up after three days: event ${clean(id)} (${clean(reason)})`);
      else if (!hasFailed || session.isVerbose) err(`not passed on (${clean(reason)}); it is kept and tried again`);
      hasFailed = true;
    },
    onTrouble: (problem) => err(`nothing is passed on for now: ${clean(problem)}`),
  });
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
  if (webAddressProblem(url) === undefined && travelsSafely(url)) {
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0' || url.startsWith('http:')) return url;
  }
  throw new CliError(
    'usage',
    '--forward needs an address with https (and its certificates checked), or with http on this machine.',
  );
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
