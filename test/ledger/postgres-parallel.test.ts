import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import type { Lease } from '../../src/ledger/runs.ts';
import { all, lease, row, write } from '../contracts/campaigns.ts';
import { newDatabase } from '../new-database.ts';

const address = await newDatabase();
const opened: Ledger[] = [];

afterAll(async () => {
  for (const ledger of opened) await ledger.close();
});

/** The same ledger as so many processes have it: each with connections of its own. */
async function openAll(count: number, schema: string): Promise<readonly Ledger[]> {
  const ledgers = await Promise.all(
    Array.from({ length: count }, () => openPostgresLedger(`${address}?schema=${schema}`)),
  );
  opened.push(...ledgers);
  return ledgers;
}

const first = ([ledger]: readonly Ledger[]): Ledger => {
  if (!ledger) throw new Error('none was opened');
  return ledger;
};

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, i) => row(from + i));

describe('many processes at one ledger', () => {
  it('make its tables once', async () => {
    const ledgers = await openAll(6, 'together');
    await write(first(ledgers), 'test', rows(1));
    for (const ledger of ledgers) expect(await ledger.find('test')).toBeDefined();
  });

  it('share one rate, also when they run different campaigns', async () => {
    const ledgers = await openAll(4, 'rate');
    const perSecond = 20;
    const held: Lease[] = [];
    for (const [i, ledger] of ledgers.entries()) {
      held.push(await lease(ledger, (await write(ledger, `c${i}`, rows(200, i * 200), { hash: `h${i}` })).id));
    }
    const startedAt = performance.now();
    let claimed = 0;
    // All at the same moment, each time when another message has become due.
    for (let round = 0; round < 25; round++) {
      const request = { wants: [{ sender: '12345', limit: 10 }], results: [], perSecond };
      const brought = await Promise.all(held.map((lane, i) => ledgers[i]?.claim(lane, request)));
      claimed += brought.reduce((sum, found) => sum + (found?.claims.length ?? 0), 0);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    expect(claimed).toBeLessThanOrEqual(seconds * perSecond * 1.1 + 1);
    expect(claimed).toBeGreaterThan(10);
  });

  it('share one budget, and no message', async () => {
    const ledgers = await openAll(4, 'budget');
    const staging = await first(ledgers).stage({ name: 'c', stem: 'x', source: 'x' });
    await staging.add(rows(100));
    await staging.price([{ country: null, sender: '12345', hasMedia: false, unitPrice: 0.01 }], 'USD');
    const { id } = await staging.commit('h');
    const held = await first(ledgers).acquire(id, { host: 'a', pid: 1 }, { maxCost: 0.5 });
    if ('heldBy' in held) throw new Error('held');
    const lines: number[] = [];
    await Promise.all(
      ledgers.map(async (ledger) => {
        for (;;) {
          const { claims, end } = await ledger.claim(held, { wants: [{ sender: '12345', limit: 7 }], results: [] });
          lines.push(...claims.map(({ line }) => line));
          if (end !== undefined || claims.length === 0) return;
        }
      }),
    );
    expect(lines).toHaveLength(50);
    expect(new Set(lines).size).toBe(50);
  });

  it('hand out each message once where nothing limits them', async () => {
    const ledgers = await openAll(4, 'once');
    const { id } = await write(first(ledgers), 'c', rows(500));
    const held = await lease(first(ledgers), id);
    const claimed = await Promise.all(
      ledgers.map(async (ledger) => {
        const mine: string[] = [];
        for (;;) {
          const { claims, senders } = await ledger.claim(held, { wants: [{ sender: '12345', limit: 9 }], results: [] });
          mine.push(...claims.map((claim) => `${claim.id} ${claim.attempt}`));
          if (claims.length === 0 && senders[0]?.waitMs === undefined) return mine;
        }
      }),
    );
    expect(claimed.flat()).toHaveLength(500);
    expect(new Set(claimed.flat()).size).toBe(500);
  });

  it('miss no receipt that comes while its answer is written', async () => {
    const [here, there] = (await openAll(2, 'receipts')) as [Ledger, Ledger];
    const { id } = await write(here, 'c', rows(60));
    const held = await lease(here, id);
    const { claims } = await here.claim(held, { wants: [{ sender: '12345', limit: 60 }], results: [] });
    for (const [i, { id: messageId, attempt }] of claims.entries()) {
      const sid = `SM${i}`;
      await Promise.all([
        here.record(held, [{ messageId, attempt, change: { state: 'accepted', sid, status: 'queued' } }]),
        there.receive([{ sid, status: 'delivered', at: 1, source: 'callback' }]),
      ]);
    }
    expect((await here.report(id)).statuses).toEqual({ delivered: 60 });
  });

  it('miss no proof that comes while a message is given up', async () => {
    const [here, there] = (await openAll(2, 'proof')) as [Ledger, Ledger];
    const { id } = await write(here, 'c', rows(60));
    const held = await lease(here, id);
    const { claims } = await here.claim(held, { wants: [{ sender: '12345', limit: 60 }], results: [] });
    for (const [i, { id: messageId, attempt }] of claims.entries()) {
      await Promise.all([
        here.record(held, [{ messageId, attempt, change: { state: 'unknown', reason: 'no answer' } }]),
        there.receive([{ sid: `SM${i}`, status: 'sent', messageId, at: 1, source: 'callback' }]),
      ]);
    }
    expect((await here.report(id)).counts).toMatchObject({ accepted: 60, unknown: 0 });
  });

  it('leave nothing to send of a campaign that is called back while results come', async () => {
    const [here, there] = (await openAll(2, 'recall')) as [Ledger, Ledger];
    for (let i = 0; i < 15; i++) {
      const { id } = await write(here, `c${i}`, rows(6), { hash: `h${i}` });
      const held = await lease(here, id);
      const { claims } = await here.claim(held, { wants: [{ sender: '12345', limit: 3 }], results: [] });
      const results = claims.map(({ id: messageId, attempt }) => ({
        ...{ messageId, attempt },
        change: { state: 'pending' } as const,
      }));
      await Promise.all([here.record(held, results), there.cancelPending(id), there.append(id, rows(1, 50))]);
      expect((await here.report(id)).counts).toMatchObject({ canceled: 7, pending: 0 });
    }
  });

  it('publish one campaign of one input, and one of one name', async () => {
    const ledgers = await openAll(4, 'input');
    const stagings = await Promise.all(ledgers.map((ledger) => ledger.stage({ stem: 'list', source: 'x' })));
    for (const staging of stagings) await staging.add(rows(2));
    const published = await Promise.all(stagings.map((staging) => staging.commitUnlessSame('same', 0)));
    expect(published.filter((result) => !('sameAs' in result))).toHaveLength(1);
    await Promise.all(ledgers.map((ledger, i) => write(ledger, 'named', rows(3, i), { hash: `n${i}` })));
    const named = await first(ledgers).find('named');
    expect(await all(first(ledgers).messages(named?.id ?? ''))).toHaveLength(6);
  });
});

describe('a lease', () => {
  it('passes at once from a process of this machine that is gone, and by time alone from another one', async () => {
    const [ledger] = (await openAll(1, 'leases')) as [Ledger];
    const { id } = await write(ledger, 'c', rows(1));
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
    const pid = child.pid ?? 0;
    await ledger.acquire(id, { host: hostname(), pid });
    expect(await ledger.acquire(id, { host: hostname(), pid: process.pid })).toEqual({
      heldBy: { host: hostname(), pid },
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await ledger.acquire(id, { host: 'elsewhere', pid: 1 })).toMatchObject({ tookOver: true });
    // No process of this machine has that number; one of the other may.
    expect(await ledger.acquire(id, { host: hostname(), pid: process.pid })).toHaveProperty('heldBy');
  });
});
