import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/campaign/ports.ts';
import { sleep } from '../../src/clock.ts';
import { recipients, type World } from '../context.ts';
import { newDatabase } from '../new-database.ts';
import { world } from './volley.ts';

let ledger: string;
beforeAll(async () => {
  ledger = await newDatabase();
});

/** Enqueues a campaign and waits for it; `meanwhile` begins once somebody waits, and is over with that. */
async function waited(
  name: string,
  { rows = 3, flags = [], ...options }: World & { rows?: number; flags?: readonly string[] } = {},
  meanwhile: (made: ReturnType<typeof world>) => unknown = () => undefined,
) {
  const made = world(options);
  const worker = world(options);
  const over = new AbortController();
  Object.assign(worker.context, systemClock, { signal: over.signal });
  let working: unknown;
  const look = async (ms: number, signal: AbortSignal) => {
    working ??= meanwhile(worker) ?? 'nothing';
    // Real time for whoever works, and the clock's for whoever waits.
    await sleep(100, signal);
    await made.clock.sleep(ms, signal);
  };
  Object.assign(made.context, { sleep: look });
  const shared = ['--ledger', ledger, '--campaign', name];
  const code = await made.batch(recipients(rows), '--enqueue', '--wait', '--json', ...shared, ...flags);
  over.abort();
  await working;
  const { counts } = JSON.parse(made.stdout.at(-1) ?? '{}') as { counts: Record<string, number> };
  return { code, counts, said: made.stderr.join('\n') };
}

const works = ({ volley }: ReturnType<typeof world>) => volley('worker', '--drain', '--quiet', '--ledger', ledger);

describe('batch --enqueue --wait', () => {
  it('ends when workers have sent all of it and all of it has arrived', async () => {
    const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
    const script: World['script'] = (_, __, n) => ({ kind: 'accepted', sid: sid(n ?? 0), status: 'delivered' });
    const { code, counts } = await waited('sent', { script }, works);
    expect([code, counts]).toEqual([0, expect.objectContaining({ accepted: 3, pending: 0 })]);
  });

  it('is no success where all of it was rejected', async () => {
    const script = () => ({ kind: 'rejected', code: 21999, reason: 'no' }) as const;
    const { code, counts } = await waited('rejected', { script }, works);
    expect([code, counts]).toEqual([3, expect.objectContaining({ rejected: 3 })]);
  });

  it('ends when workers give it up, and says why', async () => {
    const script = () => ({ kind: 'rejected', code: 30008, reason: 'no' }) as const;
    const { code, counts, said } = await waited('broken', { rows: 200, script }, works);
    expect([code, counts['pending']]).toEqual([8, expect.any(Number)]);
    expect(counts['pending']).toBeGreaterThan(100);
    expect(said).toMatch(/Workers have given it up: .*alike \(30008/);
  });

  it('ends when nothing changes for long, as where no worker is', async () => {
    const { code, counts, said } = await waited('alone', { flags: ['--for', '20s'] });
    expect([code, counts]).toEqual([8, expect.objectContaining({ pending: 3 })]);
    expect(said).toContain('Nothing has changed for 20 s. Is a worker there? See: volley workers');
  });

  it('ends when it is interrupted', async () => {
    const stop = new AbortController();
    const { code, counts } = await waited('interrupted', { signal: stop.signal }, () => stop.abort());
    expect([code, counts]).toEqual([130, expect.objectContaining({ pending: 3 })]);
  });
});
