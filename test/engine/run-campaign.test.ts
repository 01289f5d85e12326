import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { type RunAllowance, runAccount } from '../../src/engine/run-account.ts';
import { type RunOptions, runCampaign } from '../../src/engine/run-campaign.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { tempFolder, testContext } from '../context.ts';
import { row } from '../contracts/campaigns.ts';
import { type Script, scriptedProvider } from '../scripted-provider.ts';
import type { VirtualClock } from '../virtual-clock.ts';

const busy: SendResult = { kind: 'retry', cause: 'busy', reason: '429', afterMs: 2000 };
const unreachable: SendResult = { kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' };
const rejected = (code: number): SendResult => ({ kind: 'rejected', code, reason: 'no' });

interface Extras {
  readonly senders?: number;
  readonly wrap?: (ledger: Ledger) => Ledger;
  readonly arrivalsOf?: (ledger: Ledger, campaignId: string) => AsyncIterable<readonly string[]>;
  /** Hears of the clock that the run is given. */
  readonly onClock?: (clock: VirtualClock) => void;
  /** What happens while a request has no connection yet. */
  readonly connect?: (world: {
    readonly ledger: Ledger;
    readonly id: string;
    readonly clock: VirtualClock;
  }) => Promise<void>;
}

let last: ReturnType<typeof scriptedProvider> | undefined;

/** What the run that is under way sends through. */
function transportOf(): ReturnType<typeof scriptedProvider> {
  if (!last) throw new Error('nothing runs');
  return last;
}

async function run(count: number, script?: Script, options: Partial<RunOptions & RunAllowance> & Extras = {}) {
  const { context, clock } = testContext();
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'), () => clock.now);
  const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'test' });
  const { senders = 1 } = options;
  await staging.add(Array.from({ length: count }, (_, i) => row(i + 2, { sender: `S${i % senders}` })));
  const { id } = await staging.commit('hash');
  const lease = await ledger.acquire(id, { host: 'a', pid: 1 });
  if ('heldBy' in lease) throw new Error('held');
  options.onClock?.(clock);
  const startedAt = clock.monotonic;
  const { connect } = options;
  const provider = scriptedProvider(script, connect && (() => connect({ ledger, id, clock })));
  last = provider;
  const arrivals = options.arrivalsOf?.(ledger, id);
  const end = await runCampaign(lease, {
    ...{
      ledger: options.wrap?.(ledger) ?? ledger,
      provider,
      retry: { baseDelayMs: 500, maxDelayMs: 30_000 },
      retryForMs: 600_000,
      account: runAccount({ concurrency: 4, ...options }),
    },
    ...{
      signal: context.signal,
      now: context.now,
      monotonic: context.monotonic,
      sleep: context.sleep,
      random: () => 0.5,
    },
    ...options,
    ...(arrivals && { arrivals }),
  });
  const { counts } = await ledger.report(id);
  return { end, counts, provider, elapsedMs: clock.monotonic - startedAt };
}

describe('a run', () => {
  it('works on as many senders at once as it may, and in the end on all', async () => {
    const claimed: string[] = [];
    const noting = (ledger: Ledger): Ledger => ({
      ...ledger,
      claim: async (lease, request) => {
        const found = await ledger.claim(lease, request);
        claimed.push(...found.claims.map(({ sender }) => sender));
        return found;
      },
    });
    const { counts } = await run(40, undefined, { senders: 8, wrap: noting, mostSenders: 2 });
    expect(counts).toMatchObject({ accepted: 40, pending: 0 });
    const begun = [...new Set(claimed)];
    expect(begun).toHaveLength(8);
    // The third begins when one of the first two has nothing left, and so on.
    for (let i = 2; i < begun.length; i++) {
      const begins = claimed.indexOf(begun[i] ?? '');
      const atWork = begun.slice(0, i).filter((sender) => claimed.lastIndexOf(sender) > begins);
      expect(atWork.length).toBeLessThan(2);
    }
  });

  it('ends only when the ledger has written every result, however long that takes', async () => {
    const slowly = (ledger: Ledger): Ledger => ({
      ...ledger,
      record: async (lease, results) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await ledger.record(lease, results);
      },
    });
    const { counts } = await run(3, undefined, { wrap: slowly });
    expect(counts).toMatchObject({ accepted: 3, claimed: 0 });
  });

  it('sends nothing that it claimed, when it stood still while connecting and another has taken over', async () => {
    let other: ReturnType<Ledger['acquire']> | undefined;
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { end, provider, counts } = await run(3, undefined, {
      concurrency: 2,
      connect: async ({ ledger, id, clock }) => {
        await clock.sleep(61_000, new AbortController().signal);
        other ??= ledger.acquire(id, { host: 'b', pid: 2 }).finally(wake);
        await other;
      },
      // Who stands still does not renew either.
      wrap: (ledger) => ({ ...ledger, renew: (lease) => awake.then(() => ledger.renew(lease)) }),
    });
    expect(await other).toMatchObject({ tookOver: true });
    expect(provider.sent).toEqual([]);
    expect(end).toEqual({ kind: 'lost-lease' });
    expect(counts).toMatchObject({ unknown: 2, pending: 1 });
  });

  it('sends what took long to connect, as long as nobody has taken over', async () => {
    const { end, provider } = await run(3, undefined, {
      connect: ({ clock }) => clock.sleep(61_000, new AbortController().signal),
    });
    expect([end.kind, provider.sent.length]).toEqual(['finished', 3]);
  });

  it('puts back what was to leave when the ledger fails to say whose the campaign is', async () => {
    const failing = (ledger: Ledger): Ledger => ({ ...ledger, renew: () => Promise.reject(new Error('no disk')) });
    const connect: Extras['connect'] = ({ clock }) => clock.sleep(3000, new AbortController().signal);
    const sent = run(1, undefined, { connect, wrap: failing });
    await expect(sent).rejects.toThrow('no disk');
    expect(transportOf().sent).toEqual([]);
  });

  it('has a claim on disk before its request goes out', async () => {
    const folder = tempFolder();
    const path = join(folder, 'ledger.db');
    const ledger = openSqliteLedger(path, Date.now);
    const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'test' });
    await staging.add([row(2), row(3)]);
    const { id } = await staging.commit('hash');
    const lease = await ledger.acquire(id, { host: 'a', pid: 1 });
    if ('heldBy' in lease) throw new Error('held');
    const seen: (string | undefined)[] = [];
    const provider = scriptedProvider(async ({ to }) => {
      // Another connection sees only what has been committed.
      for await (const message of openSqliteLedger(path, Date.now).messages(id))
        if (message.to === to) seen.push(message.state);
      return undefined;
    });
    const { context } = testContext();
    const retry = { baseDelayMs: 1, maxDelayMs: 1 };
    await runCampaign(lease, {
      ...context,
      ledger,
      provider,
      retry,
      retryForMs: 1,
      account: runAccount({ concurrency: 1 }),
    });
    expect(seen).toEqual(['claimed', 'claimed']);
  });

  it.each([
    [undefined, { S0: 10, S1: undefined }],
    [5, { S0: 5, S1: undefined }],
    [20, { S0: 10, S1: undefined }],
  ])('asks for a sender at its own rate, or at that of all (%s) where that is lower', async (perSecond, rates) => {
    const asked = new Map<string, number | undefined>();
    const wrap = (ledger: Ledger): Ledger => ({
      ...ledger,
      claim: (lease, request) => {
        for (const want of request.wants) asked.set(want.sender, want.perSecond);
        return ledger.claim(lease, request);
      },
    });
    await run(4, undefined, { senders: 2, rates: { S0: 10 }, perSecond, wrap });
    expect(Object.fromEntries(asked)).toEqual(rates);
  });

  it('sends every message once', async () => {
    const { end, counts, provider } = await run(50);
    expect([end, counts.accepted]).toEqual([{ kind: 'finished' }, 50]);
    expect(new Set(provider.tried.map(({ to }) => to)).size).toBe(provider.tried.length);
  });

  it('never has more requests out than allowed', async () => {
    let out = 0;
    let most = 0;
    await run(40, async () => {
      most = Math.max(most, ++out);
      await new Promise((resolve) => setTimeout(resolve, 2));
      out--;
      return undefined;
    });
    expect(most).toBe(4);
  });

  it('tries again what was certainly not sent, after as long as Twilio asked', async () => {
    const { counts, provider, elapsedMs } = await run(3, (_, attempt) => (attempt === 1 ? busy : undefined));
    expect([counts.accepted, provider.tried.length]).toEqual([3, 6]);
    expect(elapsedMs).toBeGreaterThanOrEqual(2000);
  });

  it('never sends again what may have been sent', async () => {
    const { end, counts, provider } = await run(3, () => ({ kind: 'unknown', reason: 'ETIMEDOUT' }));
    expect([end.kind, counts.unknown, provider.tried.length]).toEqual(['finished', 3, 3]);
  });

  it('gives up when Twilio takes nothing for too long, and leaves everything pending', async () => {
    const { end, counts, elapsedMs } = await run(20, () => unreachable, { retryForMs: 60_000 });
    expect(end).toEqual({ kind: 'unreachable', reason: 'Twilio is out of reach' });
    expect(counts.pending).toBe(20);
    expect(elapsedMs).toBeGreaterThan(20_000);
    expect(elapsedMs).toBeLessThanOrEqual(60_000);
  });

  it('knocks ever less often while Twilio is out of reach', async () => {
    const { provider } = await run(500, () => unreachable, { retryForMs: 600_000 });
    expect(provider.tried.length).toBeLessThan(80);
  });

  it('goes on when Twilio comes back', async () => {
    const { end, counts } = await run(30, (_, __, n) => (n < 20 ? unreachable : undefined));
    expect([end.kind, counts.accepted]).toEqual(['finished', 30]);
  });

  it('stops at once when the account is refused, and rejects nothing', async () => {
    const { end, counts, provider } = await run(50, () => ({ kind: 'stop', code: 20003, reason: 'Authenticate' }));
    expect(end).toEqual({ kind: 'credentials', code: 20003, reason: 'Authenticate' });
    expect([counts.pending, counts.rejected]).toEqual([50, 0]);
    expect(provider.tried.length).toBeLessThanOrEqual(4);
  });

  it('stops a sender that is refused, and goes on with the others', async () => {
    const { end, counts } = await run(
      40,
      ({ body }) => (Number(body?.slice(3)) % 2 === 0 ? rejected(21606) : undefined),
      {
        senders: 2,
      },
    );
    expect(end).toMatchObject({ kind: 'sender', sender: 'S0', code: 21606 });
    expect(counts.accepted).toBe(20);
    expect(counts.rejected).toBeLessThanOrEqual(4);
    expect(counts.pending).toBe(20 - counts.rejected);
  });

  it('rests a sender whose queue at Twilio is full, and sends all in the end', async () => {
    const { counts, elapsedMs } = await run(4, (_, attempt) => (attempt === 1 ? rejected(21611) : undefined));
    expect(counts).toMatchObject({ accepted: 4, rejected: 0 });
    expect(elapsedMs).toBeGreaterThanOrEqual(60_000);
  });

  it('sends no more than its limit', async () => {
    const { end, counts } = await run(10, undefined, { limit: 3 });
    expect([end.kind, counts.accepted, counts.pending]).toEqual(['limit', 3, 7]);
  });

  it('keeps to the rate of each sender', async () => {
    const { counts, elapsedMs } = await run(40, undefined, { perSecond: 10, senders: 2 });
    expect(counts.accepted).toBe(40);
    expect(elapsedMs).toBeGreaterThanOrEqual(1850);
    expect(elapsedMs).toBeLessThan(4200);
  });

  it('sends from many senders through a network that answers later, and ends', { timeout: 10_000 }, async () => {
    for (const senders of [2, 3, 8, 50]) {
      const { end, counts } = await run(100, undefined, { senders, concurrency: 5 });
      expect([end.kind, counts.accepted]).toEqual(['finished', 100]);
    }
  });

  it('waits while it is paused, says so, and goes on', async () => {
    let ledger: Ledger | undefined;
    const told: (readonly [isPaused: boolean, sent: number])[] = [];
    const pause = async (isPaused: boolean) => ledger?.pause((await ledger.find('test'))?.id ?? '', isPaused);
    const { end, counts } = await run(
      40,
      async (_, __, n) => {
        if (n === 5) await pause(true);
        return undefined;
      },
      {
        wrap: (opened) => (ledger = opened),
        onPaused: (isPaused) => {
          told.push([isPaused, transportOf().sent.length]);
          if (isPaused) setTimeout(() => void pause(false), 50);
        },
      },
    );
    const [[, sentBefore = 0] = [], [, sentAfter] = []] = told;
    expect([end.kind, counts.accepted, told.map(([isPaused]) => isPaused)]).toEqual(['finished', 40, [true, false]]);
    // What was on its way went out, and nothing more while it was paused.
    expect([sentBefore < 15, sentAfter]).toEqual([true, sentBefore]);
  });

  it('ends while it is paused when it is told to', async () => {
    const stop = new AbortController();
    const { end, counts } = await run(9, undefined, {
      signal: stop.signal,
      wrap: (opened) => {
        const paused = opened.find('test').then((found) => opened.pause(found?.id ?? '', true));
        return { ...opened, claim: async (...asked) => paused.then(() => opened.claim(...asked)) };
      },
      onPaused: () => setTimeout(() => stop.abort(), 20),
    });
    expect([end.kind, counts.pending]).toEqual(['interrupted', 9]);
  });

  it('sends what arrives while another request hangs', async () => {
    const stop = new AbortController();
    const late = row(9, { sender: 'S0' });
    let answer = (): void => undefined;
    const hanging = new Promise<undefined>((resolve) => {
      answer = () => resolve(undefined);
    });
    const { counts, provider } = await run(1, ({ to }) => (to === late.to ? undefined : hanging), {
      signal: stop.signal,
      arrivalsOf: async function* (ledger, id) {
        await expect.poll(() => transportOf().tried.length).toBe(1);
        await ledger.append(id, [late]);
        yield ['S0'];
        await expect.poll(() => transportOf().sent.map(({ to }) => to)).toEqual([late.to]);
        answer();
      },
    });
    expect([counts.accepted, provider.sent.length]).toEqual([2, 2]);
  });

  it('goes on when the clock is set back by an hour, and keeps its rate', async () => {
    let clock: { now: number } | undefined;
    const { counts, elapsedMs } = await run(
      20,
      (_, __, n) => {
        if (n === 5 && clock) clock.now -= 3_600_000;
        return undefined;
      },
      {
        perSecond: 10,
        onClock: (one) => {
          clock = one;
        },
      },
    );
    expect(counts.accepted).toBe(20);
    expect(elapsedMs).toBeLessThan(5000);
    expect(elapsedMs).toBeGreaterThan(1700);
  });

  it('waits for what is out when it is interrupted, and records it', async () => {
    const stop = new AbortController();
    const { end, counts } = await run(
      50,
      async (_, __, n) => {
        if (n === 10) stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 5));
        return undefined;
      },
      { signal: stop.signal },
    );
    expect(end).toEqual({ kind: 'interrupted' });
    expect(counts.claimed).toBe(0);
    expect(counts.accepted).toBeGreaterThanOrEqual(10);
    expect(counts.accepted + counts.pending).toBe(50);
  });

  it('ends when the ledger fails, in whatever it does', async () => {
    for (const method of ['claim', 'record', 'senders'] as const) {
      const failing = (ledger: Ledger): Ledger => ({
        ...ledger,
        [method]: () => Promise.reject(new Error('disk full')),
      });
      await expect(run(10, undefined, { wrap: failing })).rejects.toThrow('disk full');
    }
  });

  it('lets a bug of the provider through, after recording what it can', async () => {
    const broken: Script = (_, __, n) => {
      if (n === 3) throw new TypeError('a bug');
      return undefined;
    };
    await expect(run(10, broken)).rejects.toThrow('a bug');
  });
});
