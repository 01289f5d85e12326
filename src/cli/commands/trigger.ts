import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { postCallback } from '../../callbacks/post-callback.ts';
import { sidHint, wholeSid } from '../../campaign/find.ts';
import { authTokensOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import { type Message, meansMessageSid } from '../../core/message.ts';
import { isFailedStatus, messageStatuses } from '../../core/outcome/status.ts';
import { flagName, parameterOf } from '../../core/request/parameters.ts';
import { isLoopback, webAddressProblem, withoutUserinfo } from '../../core/request/web-address.ts';
import { bareSender } from '../../core/sender.ts';
import { clean } from '../../core/text/clean.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { CliError, someFailed } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { CallbackToWrite } from '../../provider/provider.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, type Parse, required, toggle } from '../options/option.ts';
import { count, text } from '../options/parsers.ts';
import { understood } from '../options/understood.ts';
import { planContextOf, type Session, withSession } from '../session.ts';

const help = `Posts an event to your own listener as Twilio would, signed with your auth token: to see that it is reached, and what
volley and your programs make of it. It goes to callback_url of the config, else to http://127.0.0.1:8080; a listener on
this machine is reached with --url http://127.0.0.1:PORT, past the proxy. What is posted counts: a trigger of delivered
makes the message delivered, one of STOP opts its writer out. Rehearse with --simulate, or a --ledger of its own.

Exits 0 when the answer is 2xx, 3 for another answer, 5 for none.

Examples:
  volley trigger delivered --to +14155550101
  volley trigger undelivered --sid SM1234… --code 30003
  volley trigger STOP --to +14155550101 --url http://127.0.0.1:8080
  volley trigger reply --to +14155550101 --text 'See you at nine.'`;

/** What people write with one word, and `reply` for anything else. */
const words = ['STOP', 'START', 'HELP', 'reply'];

/** What Twilio reports of messages that we sent. */
const statuses = messageStatuses.filter((status) => status !== 'receiving' && status !== 'received');

const event: Parse<string> = (given) => {
  const all = [...statuses, ...words];
  const known = all.find((word) => word.toLowerCase() === given.toLowerCase());
  const list = `Name a status (${statuses.join(', ')}) or one of ${words.join(', ')}.`;
  return known === undefined ? { problem: 'is no event', hint: didYouMean(given, all, list) } : { value: known };
};

const messageSid: Parse<string> = (given) =>
  meansMessageSid(given) ? { value: given } : { problem: 'is not the SID of a message', hint: sidHint };

const table = {
  event: required('<event>', 'a status, as delivered; or what somebody writes: STOP, START, HELP, reply', event),
  to: option('--to <number>', 'whose last message it is about, or who writes', text),
  sid: option('--sid <sid>', 'the message it is about, or that is answered', messageSid),
  from: option('--from <sender>', 'what they write to (default: where their last message came from)', text),
  text: option('--text <text>', 'reply: what they write', text),
  code: option('--code <n>', 'failed, undelivered: why (default 30008)', count, 30_008),
  url: option('--url <url>', 'where to (default: callback_url of the config)', text),
  publicUrl: option('--public-url <url>', 'what the listener was given as such, where that is another', text),
  anyHost: toggle('--any-host', 'post also to a host that is neither this machine nor that of callback_url'),
};

type TriggerOptions = OptionsOf<typeof table>;

/** Declares `volley trigger`. */
export function declareTrigger(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => {
    if (options.to === undefined && options.sid === undefined) {
      throw new CliError('usage', 'Whose message?', { hint: 'Give --to NUMBER, or --sid SID.' });
    }
    if (options.event !== 'reply' && options.text !== undefined) {
      throw new CliError('usage', '--text is what a reply says.', {
        hint: "volley trigger reply --text 'See you at nine.'",
      });
    }
    if (options.event === 'reply' && options.text === undefined) {
      throw new CliError('usage', 'What do they write?', { hint: "Give --text 'See you at nine.'" });
    }
    return withSession(options.session, context, (session) => trigger(options, session, context));
  });
}

async function trigger(given: TriggerOptions, session: Session, context: Context): Promise<number> {
  const { event, sid: named } = given;
  const target = targetOf(given, session);
  const [token] = await authTokensOf(session.config, context);
  if (token === undefined) {
    throw new CliError('credentials', 'Events are signed with the auth token, and none is configured.', {
      hint: 'Set TWILIO_AUTH_TOKEN. The secret of an API key signs nothing.',
    });
  }
  const number = await numberOf(given, session, context);
  const options = named === undefined ? given : { ...given, sid: await wholeSid(await session.ledger(), named) };
  const message = await messageOf(options, number, await session.ledger());
  const isStatus = !words.includes(event);
  const written = isStatus ? statusOf(options, message, number) : inboundOf(options, message, { number, session });
  const query = isStatus && message ? `?m=${message.id}` : '';
  const accountSid = session.config.get('account_sid') ?? '';
  const write = await context.callbackWriter(token);
  const url = target.url + query;
  const answer = await postCallback(url, write(target.signedFor + query, { ...written, accountSid }));
  if (!answer.ok)
    throw new CliError('unreachable', `${clean(url)} gave no answer (${clean(answer.reason)}).`, { hint });
  const status = answer.value;
  const { sid } = written.callback;
  const document = { schema: 'volley.trigger/1', event, sid, url, status } as const;
  if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
  else if (!session.isQuiet) context.out(`${event}  ${sid}  ${clean(url)} answered ${status}`);
  if (status >= 200 && status < 300) return 0;
  if (status === 403) context.err('Refused: the listener was given another public address, or another auth token.');
  return someFailed;
}

const hint = 'Is it running? volley listen --public-url URL --port 8080';

/** Where an event is posted, and the address it is signed for. */
interface Target {
  readonly url: string;
  readonly signedFor: string;
}

/** Throws a `CliError` for a host that nobody has said is ours. */
function targetOf({ url: given, publicUrl, anyHost }: TriggerOptions, { config }: Session): Target {
  const configured = config.get('callback_url');
  const wanted = given ?? configured ?? `http://127.0.0.1:8080`;
  for (const address of [wanted, ...(publicUrl === undefined ? [] : [publicUrl])]) {
    const wrong = webAddressProblem(address);
    if (wrong) throw new CliError('usage', `${withoutUserinfo(address)} ${wrong.problem}.`, { hint: wrong.hint });
  }
  const { hostname, host } = new URL(wanted);
  const isHere = isLoopback(hostname);
  const isConfigured = configured !== undefined && new URL(configured).host === host;
  if (!(isHere || isConfigured || anyHost)) {
    throw new CliError('usage', `${host} is neither this machine nor the host of callback_url.`, {
      hint: 'An event holds a number and is signed as Twilio signs. Where you mean it, add --any-host.',
    });
  }
  const known = publicUrl ?? (isHere ? configured : undefined);
  const url = withPathOf(wanted, known).replace(/[?#].*$/s, '');
  return { url, signedFor: (known ?? url).replace(/[?#].*$/s, '') };
}

/** A listener answers at the path of its public address only. */
function withPathOf(url: string, known: string | undefined): string {
  const { origin, pathname } = new URL(url);
  return pathname === '/' && known !== undefined ? origin + new URL(known).pathname : url;
}

async function numberOf({ to }: TriggerOptions, session: Session, context: Context): Promise<string | undefined> {
  if (to === undefined) return undefined;
  const parsed = parameterOf('to').parse(to, await planContextOf(session, context.now()));
  return String(understood(parsed, { flag: '--to', text: to, style: session.workStyle }));
}

async function messageOf(
  { sid }: TriggerOptions,
  number: string | undefined,
  ledger: Ledger,
): Promise<Message | undefined> {
  if (sid !== undefined) return ledger.findSid(sid);
  return (await ledger.messagesTo(number ?? '', 10)).find((message) => message.sid !== undefined);
}

type Written = Omit<CallbackToWrite, 'accountSid'>;

function statusOf(options: TriggerOptions, message: Message | undefined, number: string | undefined): Written {
  const { event: status, code } = options;
  const sid = options.sid ?? message?.sid;
  if (sid === undefined) {
    throw new CliError('usage', 'No message to this number is in the ledger.', {
      hint: 'Send one first, or give --sid.',
    });
  }
  return {
    callback: { kind: 'status', sid, status, ...(isFailedStatus(status) && { code }) },
    to: number ?? message?.to,
    from: message && bareSender(message.sender),
  };
}

function inboundOf(
  options: TriggerOptions,
  message: Message | undefined,
  { number, session }: { readonly number: string | undefined; readonly session: Session },
): Written {
  const { defaults } = session.config;
  const from = number ?? message?.to;
  const to = options.from ?? (message && bareSender(message.sender)) ?? defaults.from ?? defaults.messagingServiceSid;
  if (from === undefined)
    throw new CliError('usage', 'Who writes?', { hint: 'The ledger has no such message: give --to.' });
  if (typeof to !== 'string') {
    throw new CliError('usage', `What do they write to? ${flagName('from')} is missing.`, {
      hint: 'Give your number or messaging service.',
    });
  }
  const body = options.event === 'reply' ? (options.text ?? '') : options.event;
  const sid = `SM${randomUUID().replaceAll('-', '')}`;
  return { callback: { kind: 'inbound', sid, from, to, body }, to, from };
}
