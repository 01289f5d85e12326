import type { Message, SendState } from '../../src/core/message.ts';
import type { MessageChange } from '../../src/core/outcome/after-send.ts';
import type { StatusUpdate } from '../../src/core/outcome/receipt.ts';
import type { PlannedRow } from '../../src/core/plan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Campaign } from '../../src/ledger/plans.ts';
import type { Claim, Lease } from '../../src/ledger/runs.ts';

/** Who runs a campaign in these tests. */
export const holder = { host: 'elsewhere', pid: 1 };
/** In milliseconds. */
export const minute = 60_000;

/** In milliseconds. */
export const day = 86_400_000;

/** A row that can be sent. */
export function row(line: number, more: Partial<PlannedRow> = {}): PlannedRow {
  const to = `+1415555${String(line).padStart(4, '0')}`;
  const request = { to, from: '12345', body: `Hi ${line}` };
  return {
    line,
    key: to,
    to,
    sender: '12345',
    state: 'pending',
    request,
    segments: 1,
    issues: [],
    warnings: [],
    ...more,
  };
}

/** A row that cannot. */
export const wrong = (line: number): PlannedRow => ({
  ...{ line, to: 'Ada', sender: '', state: 'invalid', segments: 0, warnings: [] },
  issues: [{ line, column: 'to', value: 'Ada', problem: 'is not a phone number' }],
});

/** Writes a campaign down. */
export async function write(
  ledger: Ledger,
  name: string,
  rows: readonly PlannedRow[],
  { hash = 'hash', storesText = true } = {},
): Promise<Campaign> {
  const staging = await ledger.stage({ name, stem: 'list', source: 'list.csv', storesText });
  await staging.add(rows);
  return staging.commit(hash);
}

/** Takes a campaign that nobody runs. */
export async function lease(ledger: Ledger, campaignId: string): Promise<Lease> {
  const taken = await ledger.acquire(campaignId, holder);
  if ('heldBy' in taken) throw new Error('held');
  return taken;
}

/** Claims messages of one sender. */
export async function take(ledger: Ledger, held: Lease, sender: string, limit: number): Promise<readonly Claim[]> {
  return (await ledger.claim(held, { wants: [{ sender, limit }], results: [] })).claims;
}

/** All there is. */
export async function all(messages: AsyncIterable<Message>): Promise<Message[]> {
  const found: Message[] = [];
  for await (const message of messages) found.push(message);
  return found;
}

/** How many messages of a campaign are in which state; no zeros. */
export const counts = async (ledger: Ledger, id: string): Promise<Partial<Record<SendState, number>>> =>
  Object.fromEntries(Object.entries((await ledger.report(id)).counts).filter(([, count]) => count > 0));

/** The SID of the n-th message. */
export const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;

/** What a message is that was taken as the n-th. */
export const accepted = (n: number): MessageChange => ({ state: 'accepted', sid: sid(n), status: 'queued' });

/** What is reported of the n-th message. */
export const receipt = (n: number, status: string, code?: number): StatusUpdate => ({
  ...{ sid: sid(n), status, at: Date.parse('2026-11-23T10:00:30Z'), source: 'callback' },
  ...(code !== undefined && { code }),
});

/** Gives a new ledger by a clock that the test sets; the same one again for the same clock. */
export type Open = (clock: { now: number }) => Ledger;

/** Campaigns that tests begin with. */
export function campaignsOf(open: Open) {
  /** One that is written down. */
  const begin = async (...rows: readonly PlannedRow[]) => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const ledger = open(clock);
    const campaign = await write(ledger, 'test', rows);
    return { clock, ledger, campaign };
  };
  /** A campaign whose rows, from line 0, met these ends. */
  const settled = async (changes: readonly MessageChange[], storesText = true) => {
    const clock = { now: Date.parse('2026-11-23T10:00:00Z') };
    const ledger = open(clock);
    const campaign = await write(
      ledger,
      'test',
      changes.map((_, i) => row(i)),
      { storesText },
    );
    const held = await lease(ledger, campaign.id);
    const claims = await take(ledger, held, '12345', changes.length);
    await ledger.record(
      held,
      claims.map(({ id, attempt }, i) => ({ messageId: id, attempt, change: changes[i] as MessageChange })),
    );
    await ledger.release(held);
    const bodies = async () => (await all(ledger.messages(campaign.id))).map(({ request }) => request?.body);
    return { clock, ledger, campaign, bodies };
  };
  /** A campaign of which one message was taken, one refused and one is unknown; one is pending and one wrong. */
  const sent = async () => {
    const world = await begin(row(2), row(3), row(4), row(5), wrong(6));
    const held = await lease(world.ledger, world.campaign.id);
    const claims = await take(world.ledger, held, '12345', 3);
    const changes = [
      { state: 'accepted', sid: `SM${'1'.repeat(32)}`, status: 'queued', segments: 3 },
      { state: 'rejected', code: 21610, reason: 'unsubscribed' },
      { state: 'unknown', reason: 'no answer' },
    ] as const;
    await world.ledger.record(
      held,
      claims.map(({ id, attempt }, i) => ({ messageId: id, attempt, change: changes[i] ?? changes[0] })),
    );
    return { ...world, held, claims };
  };
  return { begin, settled, sent };
}
