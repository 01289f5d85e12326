import type { Message } from '../core/message.ts';
import { laterStatus } from '../core/outcome/status.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import { listedMessages } from '../provider/pages.ts';
import type { MessageRecord, Sender } from '../provider/provider.ts';

/** Where the ledger and the provider differ about a message. */
export interface Difference {
  readonly kind: 'vanished' | 'unknown' | 'status';
  readonly sid: string;
  readonly to: string;
  readonly text: string;
}

/** What comparing a campaign came to. */
export interface Verified {
  readonly compared: number;
  readonly differences: readonly Difference[];
}

/** What verifying works with. */
export interface VerifyPorts {
  readonly ledger: Ledger;
  readonly provider: Pick<Sender, 'recent'>;
  readonly signal: AbortSignal;
}

/**
 * Compares a campaign's messages with the provider's list, both ways, changing nothing.
 * Throws a `CliError` (`unreachable`) when the list cannot be read, or (`interrupted`) at the signal.
 */
export async function verify(campaign: Campaign, ports: VerifyPorts): Promise<Verified> {
  const { ledger } = ports;
  const sent = await sentMessages(campaign, ledger);
  const listed = await listSince(campaign.createdAt, sent, ports);
  const differences = [...missing(sent, listed), ...(await strangers(campaign, sent, listed, ledger))];
  return { compared: sent.size, differences };
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
  { provider, signal }: VerifyPorts,
): Promise<Map<string, MessageRecord>> {
  const listed = new Map<string, MessageRecord>();
  for (const account of new Set([undefined, ...[...sent.values()].map(({ request }) => request?.accountSid)])) {
    const messages = listedMessages(provider, { accountSid: account, since: since - slackMs, signal });
    for await (const record of messages) listed.set(record.sid, record);
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
