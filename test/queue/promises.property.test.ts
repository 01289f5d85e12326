import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { connect } from '../../src/ledger/postgres/connect.ts';
import { amountOf } from '../chaos/amounts.ts';
import { scriptedProvider } from '../scripted-provider.ts';
import { drain, enqueue, sharedWorld } from './world.ts';

let shared: Awaited<ReturnType<typeof sharedWorld>>;
beforeAll(async () => {
  shared = await sharedWorld();
});
afterAll(() => shared.close());

/** What is drawn: how much there is to do, for how many, and what they promise together. */
const draws = fc.record({
  workers: fc.integer({ min: 2, max: 4 }),
  senders: fc.integer({ min: 1, max: 3 }),
  messages: fc.integer({ min: 20, max: 60 }),
  concurrency: fc.integer({ min: 1, max: 6 }),
  perSecond: fc.option(fc.integer({ min: 10, max: 40 }), { nil: undefined }),
  /** In messages, at a cent each. */
  budget: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  slownessMs: fc.integer({ min: 0, max: 20 }),
  /** What becomes of every so many messages: no answer, and refused. */
  unknownEvery: fc.integer({ min: 3, max: 9 }),
  rejectedEvery: fc.integer({ min: 3, max: 9 }),
});

let campaigns = 0;

it('workers keep budget, rate and concurrency together, whatever they are', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(draws, async (drawn) => {
      const { workers, messages, concurrency, perSecond, budget } = drawn;
      const senders = Array.from({ length: drawn.senders }, (_, i) => `+1415560${campaigns++}${i}0`.padEnd(12, '0'));
      const delivery = { concurrency, ...(perSecond && { perSecond }), ...(budget && { maxCost: budget / 100 }) };
      const campaign = await enqueue(shared, messages, delivery, senders);
      const { provider, mostOut } = watched(drawn);
      await Promise.all(Array.from({ length: workers }, () => drain(shared, provider)));
      const { counts } = await shared.ledger.report(campaign.id);
      const mayHaveGone = counts.accepted + counts.unknown;
      expect(mostOut()).toBeLessThanOrEqual(concurrency);
      expect(mayHaveGone).toBeLessThanOrEqual(budget ?? messages);
      // As much as may be, too: a budget that sends nothing is kept as well. What a refusal gives back may stay unspent,
      // since another worker may have given the campaign up while that request was on its way.
      if (budget !== undefined && counts.pending > 0)
        expect(mayHaveGone + counts.rejected).toBeGreaterThanOrEqual(budget);
      else expect(mayHaveGone + counts.rejected).toBe(messages);
      if (perSecond !== undefined) expectRate(await claimTimes(campaign.id), perSecond);
    }),
    // A smaller case would take minutes to find here, where each takes seconds.
    { numRuns: Number(amountOf('CHAOS_SCHEDULES')), endOnFailure: true },
  );
});

/** A provider of which one knows how many requests were out at once. */
function watched({
  slownessMs,
  unknownEvery,
  rejectedEvery,
}: { readonly [name in 'slownessMs' | 'unknownEvery' | 'rejectedEvery']: number }) {
  const unknown: SendResult = { kind: 'unknown', reason: 'no answer' };
  const rejected: SendResult = { kind: 'rejected', code: 21211, reason: 'no number' };
  let out = 0;
  let most = 0;
  const scripted = scriptedProvider((_, __, n) =>
    n % unknownEvery === 0 ? unknown : n % rejectedEvery === 0 ? rejected : undefined,
  );
  const send: typeof scripted.send = async (request) => {
    most = Math.max(most, ++out);
    await delay(slownessMs);
    const result = await scripted.send(request);
    out--;
    return result;
  };
  return { provider: { ...scripted, send }, mostOut: () => most };
}

/** When each message was claimed, by the ledger's clock, in milliseconds; by sender. */
async function claimTimes(campaignId: string): Promise<readonly (readonly number[])[]> {
  const { database } = await connect(shared.address);
  const rows = await database.read((connection) =>
    connection.raw(
      'select array_agg(claimed_at order by claimed_at) as times from messages where campaign_id = $1 and claimed_at is not null group by sender',
      [campaignId],
    ),
  );
  await database.close();
  return rows.map(({ times }) => (times as readonly (string | number)[]).map(Number));
}

function expectRate(senders: readonly (readonly number[])[], perSecond: number): void {
  for (const times of senders) {
    for (const [i, time] of times.entries()) {
      const within = times.slice(i).filter((later) => later - time < 1000).length;
      expect(within).toBeLessThanOrEqual(Math.max(1, perSecond * 1.1) + 1e-9);
    }
  }
}
