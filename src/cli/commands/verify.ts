import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { Message } from '../../core/message.ts';
import { laterStatus } from '../../core/outcome/status.ts';
import { clean } from '../../core/text/clean.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Campaign } from '../../ledger/plans.ts';
import type { MessageRecord, Provider } from '../../provider/provider.ts';
import { shown } from '../../ui/lines.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { required } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';
import { findCampaign } from './resume.ts';

const help = `Compares both ways, changing nothing: messages of the campaign that Twilio does not list, messages that Twilio has
from the campaign's senders in that time and no campaign of this ledger knows, and statuses that are behind.
Exits 8 when something differs. Twilio's list can lag by minutes.

Examples:
  volley verify spring-sale
  volley verify spring-sale --json`;

const table = { campaign: required('<campaign>', 'name or id', text) };

/** Declares `volley verify`. */
export function declareVerify(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) =>
    withSession(options.session, context, (session) => verify(options.campaign, session, context)),
  );
}

interface Difference {
  readonly kind: 'vanished' | 'unknown' | 'status';
  readonly sid: string;
  readonly to: string;
  readonly text: string;
}

async function verify(name: string, session: Session, context: Context): Promise<number> {
  const ledger = await session.ledger();
  const campaign = await findCampaign(ledger, name);
  const sent = await sentMessages(campaign, ledger);
  const listed = await listSince(campaign.createdAt, sent, await session.connect());
  const differences = [...missing(sent, listed), ...(await strangers(campaign, sent, listed, ledger))];
  const exitCode = differences.length > 0 ? 8 : 0;
  if (session.isJson) {
    context.out(
      JSON.stringify({
        schema: 'volley.verify/1',
        campaign: campaign.name,
        compared: sent.size,
        differences,
        exitCode,
      }),
    );
  } else if (!(session.isQuiet && exitCode === 0)) {
    for (const { sid, to, text } of differences) {
      context.out(`${sid}  to ${shown(to, session.resultLook)}  ${clean(text)}`);
    }
    context.out(`${plural(sent.size, 'message')} compared, ${plural(differences.length, 'difference')}.`);
  }
  return exitCode;
}

async function sentMessages({ id }: Campaign, ledger: Ledger): Promise<Map<string, Message>> {
  const sent = new Map<string, Message>();
  for await (const message of ledger.messages(id, { states: ['accepted', 'canceled'] })) {
    if (message.sid !== undefined) sent.set(message.sid, message);
  }
  return sent;
}

/** Clocks differ, and a campaign may have been planned a while before; in milliseconds. */
const slackMs = 600_000;

async function listSince(
  since: number,
  sent: ReadonlyMap<string, Message>,
  provider: Provider,
): Promise<Map<string, MessageRecord>> {
  const listed = new Map<string, MessageRecord>();
  for (const account of new Set([undefined, ...[...sent.values()].map(({ request }) => request?.accountSid)])) {
    let page: string | undefined;
    do {
      const list = await provider.recent(page, account);
      if (!list.ok) throw new CliError('unreachable', `Twilio's list cannot be read (${list.reason}).`);
      for (const record of list.messages) listed.set(record.sid, record);
      const oldest = list.messages.at(-1)?.createdAt ?? 0;
      page = oldest < since - slackMs ? undefined : list.next;
    } while (page !== undefined);
  }
  return listed;
}

function missing(sent: ReadonlyMap<string, Message>, listed: ReadonlyMap<string, MessageRecord>): Difference[] {
  return [...sent.values()].flatMap(({ sid = '', to, status }): Difference[] => {
    const record = listed.get(sid);
    if (!record) return [{ kind: 'vanished', sid, to, text: 'is not in the list of Twilio' }];
    if (laterStatus(status, record.status) === status) return [];
    return [
      { kind: 'status', sid, to, text: `is ${status ?? 'unknown'} here and ${record.status} at Twilio; volley track` },
    ];
  });
}

/** What Twilio has from this campaign's senders since it began, and this ledger does not know. */
async function strangers(
  { createdAt }: Campaign,
  sent: ReadonlyMap<string, Message>,
  listed: ReadonlyMap<string, MessageRecord>,
  ledger: Ledger,
): Promise<Difference[]> {
  const senders = new Set([...sent.values()].flatMap(({ request }) => [request?.from, request?.messagingServiceSid]));
  const candidates = [...listed.values()].filter(
    ({ sid, direction, from, messagingServiceSid, createdAt: at }) =>
      !sent.has(sid) &&
      direction.startsWith('outbound') &&
      at >= createdAt - 1000 &&
      (senders.has(from ?? '') || senders.has(messagingServiceSid ?? '')),
  );
  const known = await ledger.takenSids(candidates.map(({ sid }) => sid));
  return candidates
    .filter(({ sid }) => !known.has(sid))
    .map(({ sid, to }) => ({
      kind: 'unknown',
      sid,
      to,
      text: 'is at Twilio, and no campaign of this ledger knows it',
    }));
}
