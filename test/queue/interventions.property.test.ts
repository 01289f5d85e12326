import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultDelivery, deliver } from '../../src/campaign/deliver.ts';
import { systemClock } from '../../src/campaign/ports.ts';
import type { SendResult } from '../../src/core/message.ts';
import { CliError } from '../../src/errors.ts';
import type { Campaign } from '../../src/ledger/plans.ts';
import { amountOf } from '../chaos/amounts.ts';
import { ask } from '../chaos/database.ts';
import { scriptedProvider } from '../scripted-provider.ts';
import { drain, enqueue, plan, sharedWorld } from './world.ts';

let shared: Awaited<ReturnType<typeof sharedWorld>>;
beforeAll(async () => {
  shared = await sharedWorld();
}, 60_000);
afterAll(() => shared.close());

const drawnCampaign = fc.record({
  messages: fc.integer({ min: 5, max: 40 }),
  concurrency: fc.integer({ min: 1, max: 6 }),
  perSecond: fc.option(fc.integer({ min: 15, max: 60 }), { nil: undefined }),
  /** In messages, at a cent each. */
  budget: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  /** From which of the senders that all share: the first so many, in an order of its own. */
  senders: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }),
});

const kinds = ['pause', 'rate', 'recall', 'a worker leaves', 'a person resumes'] as const;

/** What people do while workers run. */
const draws = fc.record({
  workers: fc.integer({ min: 1, max: 4 }),
  mostSenders: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  campaigns: fc.array(drawnCampaign, { minLength: 1, maxLength: 3 }),
  /** Somebody sends one more from the same numbers, without a worker. */
  own: fc.option(drawnCampaign, { nil: undefined }),
  slownessMs: fc.integer({ min: 0, max: 20 }),
  unknownEvery: fc.integer({ min: 3, max: 20 }),
  events: fc.array(
    fc.record({ atMs: fc.integer({ min: 0, max: 700 }), kind: fc.constantFrom(...kinds), campaign: fc.nat(2) }),
    { maxLength: 5 },
  ),
});

type Drawn = typeof draws extends fc.Arbitrary<infer T> ? T : never;
type DrawnCampaign = Drawn['campaigns'][number];

interface Sent extends DrawnCampaign {
  readonly campaign: Campaign;
  readonly from: readonly string[];
}

let rounds = 0;

const runs = Number(amountOf('CHAOS_SCHEDULES'));

it('whatever people do while workers run, each message goes out once and nothing that was promised is broken', {
  timeout: runs * 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(draws, async (drawn) => {
      const made = await make(drawn);
      const { provider, mostOut, sent } = watched(drawn);
      const leaving = Array.from({ length: drawn.workers }, () => new AbortController());
      const { mostSenders } = drawn;
      const working = leaving.map(({ signal: until }) => drain(shared, provider, {}, { until, mostSenders }));
      const own = made.own && deliverAlone(made.own, provider);
      const quiet = await intervene(drawn, made.sent, { provider, leave: () => leaving.pop()?.abort() });
      for (const left of leaving) left.abort();
      await Promise.all([...working, own]);
      await drain(shared, provider, {}, { mostSenders });
      for (const one of [...made.sent, ...(made.own ? [made.own] : [])]) {
        await expectKept(one, sent(one.campaign.name), mostOut(one.campaign.name));
      }
      for (const pause of quiet) expect(await claimsBetween(pause), JSON.stringify(pause)).toBe(0);
      await expectRates([...made.sent, ...(made.own ? [made.own] : [])]);
    }),
    { numRuns: runs, seed: Number(amountOf('CHAOS_SEED')), endOnFailure: true },
  );
});

async function make({
  campaigns,
  own,
}: Drawn): Promise<{ readonly sent: readonly Sent[]; readonly own: Sent | undefined }> {
  const round = String(rounds++).padStart(4, '0');
  const fromOf = ({ senders }: DrawnCampaign) => senders.map((sender) => `+141556${round}${sender}`);
  const sent: Sent[] = [];
  for (const drawn of campaigns) {
    const { messages, concurrency, perSecond, budget } = drawn;
    const terms = { concurrency, ...(perSecond && { perSecond }), ...(budget && { maxCost: budget / 100 }) };
    const from = fromOf(drawn);
    sent.push({ ...drawn, from, campaign: await enqueue(shared, messages, terms, from) });
  }
  if (!own) return { sent, own };
  return { sent, own: { ...own, from: fromOf(own), campaign: await plan(shared, own.messages, fromOf(own)) } };
}

/** Sends a campaign as `batch` does; who finds that others have it leaves it to them. */
async function deliverAlone(
  { campaign, concurrency, perSecond, budget }: Sent,
  provider: ReturnType<typeof watched>['provider'],
): Promise<void> {
  const options = { ...defaultDelivery, concurrency, perSecond, resolveMs: 0, breaker: false };
  const maxCost = budget === undefined ? undefined : budget / 100;
  const ports = { ledger: shared.ledger, provider, ...systemClock, signal: new AbortController().signal };
  await deliver(campaign, { ...options, maxCost }, ports).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.code !== 'held') throw error;
  });
}

interface Pause {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** Lets it all happen, each at its time; returns when which campaign was paused, by the ledger's clock. */
async function intervene(
  { events }: Drawn,
  campaigns: readonly Sent[],
  { provider, leave }: { readonly provider: ReturnType<typeof watched>['provider']; readonly leave: () => void },
): Promise<readonly Pause[]> {
  const { ledger } = shared;
  const pauses: Pause[] = [];
  const deeds: Readonly<Record<(typeof kinds)[number], (one: Sent) => Promise<unknown> | undefined>> = {
    pause: async ({ campaign: { id } }) => {
      await ledger.pause(id, true);
      const from = await now();
      await delay(150);
      const to = await now();
      await ledger.pause(id, false);
      pauses.push({ id, from, to });
    },
    rate: ({ campaign }) => ledger.changeRate(campaign.id, 15),
    recall: ({ campaign }) => ledger.cancelPending(campaign.id),
    'a worker leaves': async () => leave(),
    'a person resumes': (one) => deliverAlone(one, provider),
  };
  const happening = events.map(async ({ atMs, kind, campaign }) => {
    await delay(atMs);
    const one = campaigns[campaign % campaigns.length];
    // One pause at a time: the end of one ends them all.
    if (one) await (kind === 'pause' ? inTurn(() => deeds.pause(one)) : deeds[kind](one));
  });
  await Promise.all([...happening, delay(700)]);
  return pauses;
}

let turn: Promise<unknown> = Promise.resolve();
const inTurn = (work: () => Promise<unknown> | undefined): Promise<unknown> => {
  turn = turn.then(work);
  return turn;
};

async function now(): Promise<number> {
  const [row] = await ask<{ at: number }>(
    shared.address,
    'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as at',
  );
  return row?.at ?? 0;
}

async function claimsBetween({ id, from, to }: Pause): Promise<number> {
  const text = `select count(*)::int as n from volley.messages where campaign_id = $1 and claimed_at > $2 and claimed_at < $3`;
  return (await ask<{ n: number }>(shared.address, text, [id, from, to]))[0]?.n ?? -1;
}

async function expectKept({ campaign, messages, budget, concurrency }: Sent, to: readonly string[], mostOut: number) {
  const { counts } = await shared.ledger.report(campaign.id);
  const { accepted, rejected, unknown, pending, claimed, canceled } = counts;
  expect(new Set(to).size).toBe(to.length);
  expect([accepted + rejected + unknown, claimed]).toEqual([to.length, 0]);
  expect(accepted + rejected + unknown + pending + canceled).toBe(messages);
  expect(accepted + unknown).toBeLessThanOrEqual(budget ?? messages);
  // What nobody has ended is sent to its end.
  if (pending > 0) expect([budget === undefined, accepted + unknown]).toEqual([false, budget]);
  expect(mostOut).toBeLessThanOrEqual(concurrency);
  const late = `select count(*)::int as n from volley.messages m join volley.campaigns c on c.id = m.campaign_id
    where c.id = $1 and m.claimed_at > c.recalled_at`;
  expect(await ask(shared.address, late, [campaign.id])).toEqual([{ n: 0 }]);
}

/** Of a number from which all that is sent has a rate: no second has more than the highest of these lets through. */
async function expectRates(campaigns: readonly Sent[]): Promise<void> {
  for (const from of new Set(campaigns.flatMap((one) => one.from))) {
    const rates = campaigns.filter((one) => one.from.includes(from)).map(({ perSecond }) => perSecond ?? Infinity);
    const most = Math.max(1, Math.max(...rates) * 1.1);
    const rows = await ask<{ at: number }>(
      shared.address,
      'select claimed_at::float8 as at from volley.messages where sender = $1 and claimed_at is not null order by 1',
      [from],
    );
    for (const { at } of rows) {
      const within = rows.filter((row) => row.at >= at && row.at - at < 1000).length;
      expect(within).toBeLessThanOrEqual(most + 1e-9);
    }
  }
}

/** A provider of which one knows who was texted, and how many requests of a campaign were out at once. */
function watched({ slownessMs, unknownEvery }: Pick<Drawn, 'slownessMs' | 'unknownEvery'>) {
  const unknown: SendResult = { kind: 'unknown', reason: 'no answer' };
  const out = new Map<string, { now: number; most: number }>();
  const scripted = scriptedProvider((_, __, n) => (n % unknownEvery === 0 ? unknown : undefined));
  const sentOf = (campaign: string) => scripted.tried.filter(({ body }) => body === `Hi from ${campaign}`);
  const send: typeof scripted.send = async (request, ...rest) => {
    const key = request.body ?? '';
    const count = out.get(key) ?? { now: 0, most: 0 };
    out.set(key, count);
    count.most = Math.max(count.most, ++count.now);
    await delay(slownessMs);
    const result = await scripted.send(request, ...rest);
    count.now--;
    return result;
  };
  return {
    provider: { ...scripted, send },
    mostOut: (campaign: string) => out.get(`Hi from ${campaign}`)?.most ?? 0,
    sent: (campaign: string) => sentOf(campaign).map(({ to }) => to),
  };
}
