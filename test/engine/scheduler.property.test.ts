import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { runAccount } from '../../src/engine/run-account.ts';
import { type RunOptions, runCampaign } from '../../src/engine/run-campaign.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { tempFolder } from '../context.ts';
import { lease, row, write } from '../contracts/campaigns.ts';
import { asksNothing, nextTurn } from '../scripted-provider.ts';

/** What a case asks for. */
interface Case {
  /** The sender of each row. */
  readonly senders: readonly number[];
  readonly concurrency: number;
  readonly limit: number | undefined;
  /** The ledger answers in the turn in which it is asked, as a file does; else its answers come in any order, too. */
  readonly isPrompt: boolean;
  /** What the first answer to each row is. */
  readonly answers: readonly Answer[];
}

type Answer = 'accepted' | 'busy' | 'rejected' | 'full';

const cases: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 8 }).chain((count) =>
  fc.record({
    senders: fc.array(fc.integer({ min: 0, max: count - 1 }), { minLength: 2, maxLength: 16 }),
    concurrency: fc.integer({ min: 1, max: 6 }),
    limit: fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
    isPrompt: fc.boolean(),
    answers: fc.array(fc.constantFrom<Answer>('accepted', 'accepted', 'busy', 'rejected', 'full'), {
      minLength: 16,
      maxLength: 16,
    }),
  }),
);

/** More turns than any of these campaigns can need: every row is claimed, answered and written down, some twice. */
const mostTurns = 2000;

/** Runs a campaign whose every step comes in the order that a scheduler draws. */
async function run({ senders, concurrency, limit, isPrompt, answers }: Case, scheduler: fc.Scheduler) {
  let [turns, now, out, mostOut] = [0, 0, 0, 0];
  const count = () => {
    if (++turns > mostTurns) throw new Error('it goes round and round');
  };
  const turn = async (name: string): Promise<void> => {
    count();
    await nextTurn();
    await scheduler.schedule(Promise.resolve(), name);
  };
  const real = openSqliteLedger(join(tempFolder(), 'ledger.db'), () => now);
  const rows = senders.map((sender, i) => row(i + 2, { sender: `S${sender}` }));
  const { id } = await write(real, 'test', rows);
  const held = await lease(real, id);
  const ledger = inDrawnOrder(real, isPrompt ? async () => count() : turn);
  const tried: string[] = [];
  const send = async ({ to }: { readonly to: string }): Promise<SendResult> => {
    const isFirst = !tried.includes(to);
    const n = tried.push(to);
    mostOut = Math.max(mostOut, ++out);
    await turn('answer');
    out--;
    const answer = answers[rows.findIndex((one) => one.to === to)] ?? 'accepted';
    return resultOf(isFirst ? answer : 'accepted', n);
  };
  const options = {
    ...{ ledger, random: () => 0.5, signal: new AbortController().signal },
    account: runAccount({ concurrency, limit, noBreaker: true }),
    ...{ retry: { baseDelayMs: 500, maxDelayMs: 30_000 }, retryForMs: 6_000_000 },
    ...{ now: () => now, monotonic: () => now },
    sleep: async (ms: number, signal: AbortSignal) => {
      const until = now + Math.max(0, ms);
      if (!signal.aborted) await turn('sleep');
      now = Math.max(now, signal.aborted ? now : until);
    },
    provider: { ...asksNothing, clockAheadMs: () => 0, send },
  };
  const ended = runCampaign(held, options as unknown as RunOptions);
  const end = await scheduler.waitFor(ended);
  const { counts } = await real.report(id);
  await real.close();
  return { end, counts, tried, mostOut };
}

/** Every call of the ledger waits for its turn before it is made, and again before its answer is heard. */
function inDrawnOrder(ledger: Ledger, turn: (name: string) => Promise<void>): Ledger {
  return new Proxy(ledger, {
    get: (object, name) => {
      const method = Reflect.get(object, name) as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => {
        await turn(String(name));
        const value = await method.apply(object, args);
        await turn(`${String(name)} done`);
        return value;
      };
    },
  });
}

function resultOf(answer: Answer, n: number): SendResult {
  switch (answer) {
    case 'accepted':
      return { kind: 'accepted', sid: `SM${n.toString(16).padStart(32, '0')}`, status: 'queued' };
    case 'busy':
      return { kind: 'retry', cause: 'busy', reason: '429', afterMs: 1000 };
    case 'rejected':
      return { kind: 'rejected', code: 21614, reason: 'no mobile' };
    case 'full':
      return { kind: 'rejected', code: 21611, reason: 'queue is full' };
  }
}

describe('a run, in whatever order its lanes, claims and answers come', () => {
  it('ends, asks for no row twice that was answered, and keeps to its limits', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.scheduler(), async (drawn, scheduler) => {
        const { senders, concurrency, limit = senders.length, answers } = drawn;
        const { end, counts, tried, mostOut } = await run(drawn, scheduler);
        const settled = counts.accepted + counts.rejected;
        const comesBack = answers.slice(0, senders.length).filter((one) => one === 'busy' || one === 'full').length;
        expect(mostOut).toBeLessThanOrEqual(concurrency);
        expect(settled).toBe(Math.min(limit, senders.length));
        expect(counts.pending).toBe(senders.length - settled);
        expect(counts.claimed + counts.unknown).toBe(0);
        expect(tried.length).toBeLessThanOrEqual(settled + comesBack);
        expect(['finished', 'limit']).toContain(end.kind);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
