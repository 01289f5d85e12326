import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendResult } from '../../src/core/message.ts';
import type { ListedMessage } from '../../src/core/outcome/settle.ts';
import { runToEnd } from '../../src/engine/run-to-end.ts';
import { CliError } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { seededRandom } from '../../src/simulator/faults.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { row } from '../contracts/ledger.ts';
import { asksNothing } from '../scripted-transport.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';

/** What one schedule came to. */
export interface Schedule {
  readonly accepted: number;
  readonly rejected: number;
  readonly lost: number;
  readonly doubled: number;
  readonly deaths: number;
}

type Random = () => number;

const timeoutMs = 30_000;
const never = new Promise<never>(() => undefined);

/** A provider in virtual time: truth, lost answers, late creates, a clock that is off, lists that lag and fail. */
function provider(clock: VirtualClock, random: Random) {
  const truth: { listed: ListedMessage; shownAt: number }[] = [];
  const skewMs = Math.round((random() - 0.5) * 180_000);
  const forever = new AbortController().signal;
  const pass = (ms: number) => clock.sleep(ms, forever);
  const create = (request: { to: string; body?: string; from?: string }): SendResult => {
    const sid = `SM${(truth.length + 1).toString(16).padStart(32, '0')}`;
    const { to, body = '', from = null } = request;
    const createdAt = Math.floor((clock.now + skewMs) / 1000) * 1000;
    const listed = {
      sid,
      to,
      from,
      messagingServiceSid: null,
      direction: 'outbound-api',
      body,
      status: 'queued',
      createdAt,
    };
    truth.push({ listed, shownAt: clock.now + random() * 10_000 });
    return { kind: 'accepted', sid, status: 'queued' };
  };
  const transport: Transport = {
    send: async (request) => {
      const roll = random();
      await pass(random() * 2000);
      if (roll < 0.7) {
        const result = create(request);
        await pass(random() * 1000);
        return result;
      }
      if (roll < 0.76) return { kind: 'retry', cause: 'busy', reason: '429', afterMs: 1000 };
      if (roll < 0.82) return { kind: 'retry', cause: 'unreachable', reason: 'ECONNREFUSED' };
      if (roll < 0.85) return { kind: 'rejected', code: 21614, reason: 'no mobile' };
      const isCreated = roll < 0.92;
      const isLate = roll >= 0.97;
      if (isCreated) create(request);
      if (isLate) void pass(timeoutMs + random() * 30_000).then(() => create(request));
      await pass(timeoutMs);
      return { kind: 'unknown', reason: 'no answer' };
    },
    list: async (to) => {
      await pass(random() * 2000);
      if (random() < 0.1) return { ok: false, reason: 'HTTP 500' };
      const messages = truth
        .filter(({ listed, shownAt }) => listed.to === to && shownAt <= clock.now)
        .map(({ listed }) => listed);
      return { ok: true, messages: messages.reverse(), clockAheadMs: skewMs + (random() - 0.5) * 1000 };
    },
    account: () => never,
    ...asksNothing,
    clockAheadMs: () => skewMs,
    close: () => undefined,
  };
  return { transport, truth };
}

/** A process that may die or freeze at any call: once dead, nothing it waits for ever comes. */
function mortal(ledger: Ledger, transport: Transport, { clock, random }: { clock: VirtualClock; random: Random }) {
  let isDead = false;
  let bury: () => void = () => undefined;
  const death = new Promise<'died'>((resolve) => {
    bury = () => resolve('died');
  });
  const mayDie = () => {
    if (!isDead && random() < 0.012) {
      isDead = true;
      bury();
    }
    return isDead;
  };
  const wrap = <T extends object>(target: T, isStorage: boolean): T =>
    new Proxy(target, {
      get: (object, name) => {
        const method = Reflect.get(object, name) as (...args: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          if (mayDie()) return never;
          if (isStorage && random() < 0.002) throw new CliError('storage', 'The disk is full.');
          // A machine that slept: long enough at times for others to take over. The request itself is past that point.
          if (isStorage && random() < 0.004) await clock.sleep(random() * 200_000, new AbortController().signal);
          const value = await method.apply(object, args);
          return isDead || mayDie() ? never : value;
        };
      },
    });
  return { ledger: wrap(ledger, true), transport: wrap(transport, false), death };
}

/** Runs one campaign through deaths, freezes, full disks and a bad network until nothing of it is open. */
export async function runSchedule(seed: number, messages = 10): Promise<Schedule> {
  const random = seededRandom(seed);
  const clock = virtualClock(Date.parse('2026-11-23T10:00:00Z'));
  const folder = mkdtempSync(join(tmpdir(), 'volley-schedule-'));
  const ledger = openSqliteLedger(join(folder, 'ledger.db'), () => clock.now);
  const { transport, truth } = provider(clock, random);
  try {
    const staging = await ledger.stage({ name: 'c', stem: 'c', source: 'test' });
    await staging.add(Array.from({ length: messages }, (_, i) => row(i + 2)));
    const { id } = await staging.commit('hash');
    let deaths = 0;
    for (let life = 0; life < 80; life++) {
      const end = await Promise.race([
        oneLife(id, life, mortal(ledger, transport, { clock, random }), { clock, random }),
      ]);
      if (end === 'died') deaths++;
      const { counts } = await ledger.report(id);
      if (end !== 'died' && counts.pending + counts.claimed + counts.unknown === 0)
        return await judge(ledger, id, truth, deaths);
      await clock.sleep(random() * 120_000, new AbortController().signal);
    }
    throw new Error('it never comes to an end');
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

async function oneLife(
  campaignId: string,
  pid: number,
  process: ReturnType<typeof mortal>,
  { clock, random }: { clock: VirtualClock; random: Random },
): Promise<string> {
  const live = async (): Promise<string> => {
    try {
      const lease = await process.ledger.acquire(campaignId, { host: 'simulated', pid });
      if ('heldBy' in lease) return 'held';
      const end = await runToEnd(lease, {
        ...{
          ledger: process.ledger,
          transport: process.transport,
          random,
          now: () => clock.now,
          monotonic: () => clock.now,
          sleep: clock.sleep,
        },
        ...{ retry: { baseDelayMs: 500, maxDelayMs: 30_000 }, retryForMs: 120_000, concurrency: 4, perSecond: 2 },
        ...{
          signal: new AbortController().signal,
          onUnknown: 'resend',
          settleMs: 60_000,
          timeoutMs,
          sendFirst: true,
          noBreaker: true,
        },
      });
      await process.ledger.release(lease);
      return end.kind;
    } catch (error) {
      if (error instanceof CliError && error.code === 'storage') return 'storage';
      throw error;
    }
  };
  return Promise.race([live(), process.death]);
}

async function judge(
  ledger: Ledger,
  id: string,
  truth: readonly { listed: ListedMessage }[],
  deaths: number,
): Promise<Schedule> {
  const created = truth.map(({ listed }) => listed);
  const recipients = new Set(created.map(({ to }) => to));
  const bySid = new Map(created.map(({ sid, to }) => [sid, to]));
  const sids = new Set<string>();
  let [accepted, rejected, lost] = [0, 0, 0];
  for await (const { to, state, sid = '' } of ledger.messages(id)) {
    if (state === 'accepted') {
      if (bySid.get(sid) !== to || sids.has(sid)) throw new Error(`${to} holds ${sid}, which is not its own`);
      sids.add(sid);
      accepted++;
      if (!recipients.has(to)) lost++;
    } else {
      if (recipients.has(to)) throw new Error(`${to} is ${state}, and was sent`);
      rejected++;
    }
  }
  return { accepted, rejected, lost, doubled: created.length - recipients.size, deaths };
}
