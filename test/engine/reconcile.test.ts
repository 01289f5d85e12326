import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OnUnknown, UnknownMessage } from '../../src/core/outcome/match-unknowns.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import type { MessageList, Provider } from '../../src/provider/provider.ts';
import { tempFolder } from '../context.ts';
import { row, take } from '../contracts/campaigns.ts';
import { scriptedProvider } from '../scripted-provider.ts';
import { virtualClock } from '../virtual-clock.ts';

const start = Date.parse('2026-11-23T10:00:00Z');
const nothing: MessageList = { ok: true, messages: [], clockAheadMs: 0 };
const hour = 3_600_000;

interface Given {
  /** How many messages are unknown. */
  readonly count?: number;
  /** How long ago they were claimed, by the wall clock. */
  readonly claimedAgoMs?: number;
  /** What the claims say of Twilio's clock, and what the provider says now. */
  readonly claimAheadMs?: number | undefined;
  readonly aheadMs?: number | undefined;
  readonly onUnknown?: OnUnknown;
  /** Of each row. */
  readonly more?: Parameters<typeof row>[1];
  readonly concurrency?: number;
  /** The n-th look, from 1. */
  readonly list?: (n: number, to: string) => MessageList;
  readonly onLook?: (n: number) => void;
}

/** Reconciles unknown messages in virtual time; tells when there were looks, in seconds from the start. */
async function settled(given: Given) {
  const { count = 1, claimedAgoMs = 0, claimAheadMs, aheadMs, onUnknown = 'resend', concurrency = 4 } = given;
  const clock = virtualClock(start);
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'), () => clock.now);
  const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'test' });
  await staging.add(Array.from({ length: count }, (_, i) => row(i + 2, given.more)));
  const { id } = await staging.commit('hash');
  const lease = await ledger.acquire(id, { host: 'a', pid: 1 });
  if ('heldBy' in lease) throw new Error('held');
  const claims = await take(ledger, lease, '12345', count);
  const change = { state: 'unknown', reason: 'no answer' } as const;
  await ledger.record(
    lease,
    claims.map(({ id: messageId, attempt }) => ({ messageId, attempt, change })),
  );
  const looks: number[] = [];
  let out = 0;
  let most = 0;
  const provider: Provider = {
    ...scriptedProvider(),
    clockAheadMs: () => aheadMs,
    list: async (to) => {
      looks.push((clock.now - start) / 1000);
      const n = looks.length;
      most = Math.max(most, ++out);
      given.onLook?.(n);
      await clock.sleep(10, new AbortController().signal);
      out--;
      return given.list?.(n, to) ?? { ...nothing, clockAheadMs: aheadMs };
    },
  };
  const unknowns = async (campaignId: string): Promise<UnknownMessage[]> =>
    (await ledger.unknowns(campaignId)).map((one) => ({
      ...{ id: one.id, request: one.request, claimedAt: start - claimedAgoMs, clockAheadMs: claimAheadMs },
    }));
  const result = await reconcile(lease, {
    ...{ ledger: { ...ledger, unknowns }, provider, onUnknown, concurrency },
    ...{ resolveMs: 60_000, timeoutMs: 30_000, signal: new AbortController().signal },
    ...{ now: () => clock.now, monotonic: () => clock.now - start, sleep: clock.sleep },
  });
  return { ...result, looks: looks.map(Math.floor), most };
}

describe('when to look for what is unknown', () => {
  it.each<[string, number[], Given]>([
    ['just now', [5, 15, 60], {}],
    ['just now, by Twilio’s clock', [5, 15, 60], { claimAheadMs: 0, aheadMs: 0 }],
    ['half a minute before its time-out is over', [5, 15, 60], { claimedAgoMs: 15_000, claimAheadMs: 0, aheadMs: 0 }],
    ['a minute ago, by Twilio’s clock', [0, 30], { claimedAgoMs: 60_000, claimAheadMs: 0, aheadMs: 0 }],
    ['an hour ago, by Twilio’s clock', [0], { claimedAgoMs: hour, claimAheadMs: 500, aheadMs: 0 }],
    ['an hour ago, by a clock nobody can vouch for', [0, 60], { claimedAgoMs: hour, aheadMs: 0 }],
    ['two days ago, by a clock nobody can vouch for', [0], { claimedAgoMs: 48 * hour, aheadMs: 0 }],
    ['in an hour', [5, 15, 60], { claimedAgoMs: -hour }],
    ['in an hour, by Twilio’s clock', [5, 15, 60], { claimedAgoMs: -hour, claimAheadMs: 0, aheadMs: 0 }],
    ['an hour ago, by a clock that was set since', [5, 15, 60], { claimedAgoMs: hour, claimAheadMs: hour, aheadMs: 0 }],
  ])('claimed %s: after %j s', async (_, looks, given) => {
    const result = await settled(given);
    expect([result.looks, result.resent]).toEqual([looks, 1]);
  });

  it('ends with the first look that finds all', async () => {
    const found = row(2).request;
    const list = (): MessageList => ({
      ok: true,
      clockAheadMs: 0,
      messages: [
        {
          ...{ sid: `SM${'1'.repeat(32)}`, to: found?.to ?? '', from: found?.from ?? null, messagingServiceSid: null },
          ...{ direction: 'outbound-api', body: found?.body ?? '', status: 'sent', createdAt: start + 1000 },
        },
      ],
    });
    expect(await settled({ list })).toMatchObject({ sent: 1, resent: 0, open: 0, looks: [5] });
  });

  it('holds what is absent unless it is told to send again', async () => {
    expect(await settled({ onUnknown: 'hold' })).toMatchObject({ sent: 0, resent: 0, open: 1, looks: [5, 15, 60] });
  });
});

describe('a claim from before the first answer', () => {
  const { request } = row(2);
  const list = (clockSteadySince: number): MessageList => ({
    ...{ ok: true, clockAheadMs: 90_000, clockSteadySince },
    messages: [
      {
        ...{
          sid: `SM${'1'.repeat(32)}`,
          to: request?.to ?? '',
          from: request?.from ?? null,
          messagingServiceSid: null,
        },
        ...{ direction: 'outbound-api', body: '', status: 'sent', createdAt: start + 91_000 },
      },
    ],
  });
  const discarded = { ...request, to: request?.to ?? '', contentRetention: 'discard' } as const;

  it.each<[string, number, object]>([
    ['is read by what is known now when our clock has run evenly since', start - 1000, { sent: 1, open: 0 }],
    ['is not, when our clock was set after it', start + 1, { sent: 0, open: 1 }],
  ])('%s', async (_, steadySince, expected) => {
    const given = { aheadMs: 90_000, list: () => list(steadySince), more: { request: discarded } };
    expect(await settled(given)).toMatchObject(expected);
  });
});

describe('a list that is refused as too many', () => {
  const busy = (afterMs?: number): MessageList => ({
    ...{ ok: false, reason: 'HTTP 429', busy: afterMs === undefined ? {} : { afterMs } },
  });

  it('is asked again after as long as Twilio wants', async () => {
    const { looks, resent } = await settled({ list: (n) => (n === 1 ? busy(7000) : nothing) });
    expect([looks, resent]).toEqual([[5, 12, 15, 60], 1]);
  });

  it('is not hammered: ever longer pauses, then the next look', async () => {
    const { looks, open } = await settled({ count: 50, list: () => busy(), concurrency: 16 });
    expect(open).toBe(50);
    // Three looks of at most 50 requests and seven rounds, where hammering would make thousands.
    expect(looks.length).toBeLessThan(150);
  });

  it('is asked by fewer at a time', async () => {
    const { most, resent } = await settled({
      count: 100,
      concurrency: 16,
      list: (n) => (n % 20 === 0 ? busy() : nothing),
    });
    expect([most, resent]).toEqual([16, 100]);
  });

  it('leaves what is asked to wait a day to a later run, unknown', async () => {
    const { open, looks } = await settled({ list: () => busy(86_400_000) });
    expect([open, looks]).toEqual([1, [5, 15, 60]]);
  });
});

it('a list that fails says nothing: what is unknown stays so', async () => {
  const { open, resent } = await settled({ count: 3, list: () => ({ ok: false, reason: 'HTTP 500' }) });
  expect([open, resent]).toEqual([3, 0]);
});

it('a list of many recipients leaves the event loop free', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await settled({ count: 500 });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});
