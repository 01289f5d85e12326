import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultDelivery } from '../../src/campaign/deliver.ts';
import type { SendResult } from '../../src/core/message.ts';
import { openPostgresQueue } from '../../src/queue/pg-boss.ts';
import type { Job, Queue } from '../../src/queue/queue.ts';
import type { Tell } from '../../src/queue/tell-end.ts';
import { ask } from '../chaos/database.ts';
import { scriptedProvider } from '../scripted-provider.ts';
import { drain, enqueue, sharedWorld } from './world.ts';

const worlds: { close: () => Promise<void> }[] = [];
afterAll(async () => {
  for (const world of worlds) await world.close();
});

async function world() {
  const made = await sharedWorld();
  worlds.push(made);
  return made;
}

/** A provider that takes its time, and knows how many requests were out at once and when each came. */
function slowProvider(ms: number, result?: SendResult) {
  const times: number[] = [];
  let out = 0;
  let mostOut = 0;
  const provider = scriptedProvider(result && (() => result));
  return {
    times,
    mostOut: () => mostOut,
    provider: {
      ...provider,
      send: async (request: Parameters<typeof provider.send>[0]) => {
        times.push(performance.now());
        mostOut = Math.max(mostOut, ++out);
        await delay(ms);
        out--;
        return provider.send(request);
      },
    },
    sent: provider.sent,
  };
}

describe.concurrent('workers that share a campaign', () => {
  it('send each message once, and together no more at a time than the campaign allows', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 60, { concurrency: 3 });
    const { provider, sent, mostOut } = slowProvider(10);
    await Promise.all([drain(shared, provider), drain(shared, provider), drain(shared, provider)]);
    expect(sent).toHaveLength(60);
    expect(new Set(sent.map(({ to }) => to)).size).toBe(60);
    expect(mostOut()).toBeLessThanOrEqual(3);
    expect((await shared.ledger.report(campaign.id)).counts).toMatchObject({ accepted: 60, pending: 0, unknown: 0 });
    expect(await shared.queue.size()).toBe(0);
  });

  it('spend no more than the campaign may, together', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 40, { maxCost: 0.1 });
    const { provider, sent } = slowProvider(5);
    const stopped: string[] = [];
    const events = { onStopped: (_: string, reason: string) => void stopped.push(reason) };
    await Promise.all([drain(shared, provider, events), drain(shared, provider, events)]);
    expect(sent).toHaveLength(10);
    expect((await shared.ledger.report(campaign.id)).counts).toMatchObject({ accepted: 10, pending: 30 });
    expect(stopped[0]).toMatch(/--max-cost/);
    expect(await shared.queue.campaign(campaign.id)).toMatchObject({ stopped: expect.stringMatching(/--max-cost/) });
  });

  it("keep a sender's rate together, in any second", async () => {
    const shared = await world();
    await enqueue(shared, 60, { perSecond: 20 });
    const { provider, times, sent } = slowProvider(1);
    await Promise.all([drain(shared, provider), drain(shared, provider), drain(shared, provider)]);
    expect(sent).toHaveLength(60);
    for (const [i, time] of times.entries()) {
      const within = times.slice(i).filter((later) => later - time < 1000).length;
      expect(within).toBeLessThanOrEqual(22);
    }
  });

  it('stop a campaign for all of them when most of it fails alike', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 400);
    const { provider } = slowProvider(1, { kind: 'rejected', code: 30008, reason: 'unknown error' });
    await Promise.all([drain(shared, provider), drain(shared, provider)]);
    const { counts } = await shared.ledger.report(campaign.id);
    expect(counts.pending).toBeGreaterThan(200);
    expect(await shared.queue.campaign(campaign.id)).toMatchObject({
      stopped: expect.stringMatching(/alike \(30008\)/),
    });
    expect(await shared.queue.size()).toBe(0);
  });

  it('go on with a campaign that is enqueued anew as if nothing had failed before', async (test) => {
    const shared = await world();
    const campaign = await enqueue(shared, 200);
    let isMended = false;
    let left = 1;
    const refused = { kind: 'rejected', code: 30008, reason: 'unknown error' } as const;
    // After it is mended one more fails, which would do, were those from before counted.
    const provider = scriptedProvider(() => (isMended && left-- <= 0 ? undefined : refused));
    const over = new AbortController();
    const working = drain(shared, provider, {}, { until: over.signal });
    const stopped = async () => (await shared.queue.campaign(campaign.id))?.stopped;
    await test.expect.poll(stopped).toMatch(/alike \(30008\)/);
    await test.expect.poll(() => shared.queue.size()).toBe(0);
    isMended = true;
    const { rejected, pending } = (await shared.ledger.report(campaign.id)).counts;
    await shared.queue.enqueue(campaign, { delivery: defaultDelivery });
    const counts = async () => (await shared.ledger.report(campaign.id)).counts;
    await test.expect.poll(counts).toMatchObject({ accepted: pending - 1, rejected: rejected + 1, pending: 0 });
    expect(await stopped()).toBeUndefined();
    over.abort();
    await working;
  });

  it('look up what got no answer, and do not send it again', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 5);
    const { provider, times } = slowProvider(1, { kind: 'unknown', reason: 'no answer' });
    await drain(shared, provider);
    expect(times).toHaveLength(5);
    expect((await shared.ledger.report(campaign.id)).counts).toMatchObject({ unknown: 5, pending: 0 });
  });

  it('send each message once when every job is delivered to two of them', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 60, { concurrency: 6 });
    const { provider, sent } = slowProvider(5);
    const { queues, delivered } = deliveringTwice(shared.queue);
    await Promise.all(queues.map((queue) => drain({ ...shared, queue }, provider)));
    expect(delivered.filter((id, i) => delivered.indexOf(id) !== i)).not.toEqual([]);
    expect(new Set(sent.map(({ to }) => to)).size).toBe(60);
    expect(sent).toHaveLength(60);
    expect((await shared.ledger.report(campaign.id)).counts).toMatchObject({ accepted: 60, pending: 0, unknown: 0 });
    expect(await shared.queue.size()).toBe(0);
  });

  it('leave a campaign that was recalled', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 20);
    await shared.ledger.cancelPending(campaign.id);
    const { provider, sent } = slowProvider(1);
    const startedAt = Date.now();
    await drain(shared, provider);
    // None of its other jobs is left that would have to be waited for.
    expect(Date.now() - startedAt).toBeLessThan(8000);
    expect(sent).toEqual([]);
    expect(await shared.queue.size()).toBe(0);
  });

  it('go on soon with a campaign that somebody else had alone for a moment', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 3);
    const lease = await shared.ledger.acquire(campaign.id, { host: 'elsewhere', pid: 1 });
    if ('heldBy' in lease) throw new Error('somebody has it');
    const { provider, times } = slowProvider(1);
    const drained = drain(shared, provider);
    await delay(1000);
    expect(times).toEqual([]);
    await shared.ledger.release(lease);
    const releasedAt = performance.now();
    await drained;
    expect(times).toHaveLength(3);
    expect((times[0] ?? 0) - releasedAt).toBeLessThan(5000);
  });

  it('end a campaign though another transaction and theirs wait for each other', async (test) => {
    const shared = await world();
    await enqueue(shared, 1);
    const [job] = await shared.queue.take(1);
    if (!job) throw new Error('no job');
    // The server undoes the one that looks first whether it waits in vain, some time after it began to: not the rival.
    await ask(
      shared.address,
      `alter database ${new URL(shared.address).pathname.slice(1)} set deadlock_timeout = '5s'`,
    );
    const queue = await openPostgresQueue(shared.address);
    const rival = new Client(shared.address);
    await rival.connect();
    const lock = (order: 'asc' | 'desc') =>
      rival.query(`select id from volley_queue.job where state = 'created' order by ctid ${order} limit 1 for update`);
    await rival.query("begin; set local deadlock_timeout = '60s'");
    await lock('desc');
    const finished = queue.finish(job, undefined);
    await test.expect
      .poll(() => ask(shared.address, "select 1 from pg_locks where not granted and locktype = 'transactionid'"))
      .toHaveLength(1);
    await lock('asc');
    await rival.query('commit');
    await rival.end();
    await finished;
    await queue.close();
    expect(await shared.queue.size()).toBe(0);
  });

  it('write no job for a campaign that is not committed, and none twice for one that is', async () => {
    const shared = await world();
    const { ledger, queue } = shared;
    const staging = await ledger.stage({ name: 'half', stem: 'half', source: 'test' });
    const broken = async () => {
      throw new Error('no room for jobs');
    };
    await expect(staging.commit('hash', broken)).rejects.toThrow('no room for jobs');
    expect(await ledger.find('half')).toBeUndefined();
    expect(await queue.size()).toBe(0);
  });
});

describe.concurrent('who is told what a campaign came to', () => {
  const url = 'https://example.com/told';

  /** What workers tell, with how much of it was on its way then. */
  function listener() {
    const heard: { readonly key: string; readonly end: string; readonly exitCode: number; readonly claimed: number }[] =
      [];
    const tell: Tell = async (to, key, { end, exitCode, report }) => {
      expect(to).toBe(url);
      heard.push({ key, end, exitCode, claimed: report.counts.claimed });
    };
    return { heard, tell };
  }

  it('hears it once, from the worker that ends it', async () => {
    const shared = await world();
    const { id } = await enqueue(shared, 40, { concurrency: 4 }, undefined, url);
    const { heard, tell } = listener();
    const { provider } = slowProvider(5);
    await Promise.all(Array.from({ length: 3 }, () => drain(shared, provider, {}, { tell })));
    expect(heard).toEqual([{ key: `${id}-1`, end: 'finished', exitCode: 0, claimed: 0 }]);
    expect(await shared.queue.notice(id)).toBeUndefined();
  });

  it.each([
    ['costs too much', { maxCost: 0.2, concurrency: 6 }, undefined, { end: 'budget', exitCode: 6 }],
    ['fails', {}, { kind: 'rejected', code: 30008, reason: 'unknown' }, { end: 'breaker', exitCode: 8 }],
    ['may not be sent', {}, { kind: 'rejected', code: 21606, reason: 'no' }, { end: 'sender', exitCode: 8 }],
  ] as const)('hears that it was given up because it %s, when nothing is on its way any more', async (...given) => {
    const [, delivery, result, expected] = given;
    const shared = await world();
    const { id } = await enqueue(shared, 300, delivery, undefined, url);
    const { heard, tell } = listener();
    const { provider } = slowProvider(20, result);
    await Promise.all(Array.from({ length: 3 }, () => drain(shared, provider, {}, { tell })));
    expect(heard).toEqual([{ key: `${id}-1`, claimed: 0, ...expected }]);
  });

  it('hears that it was recalled', async () => {
    const shared = await world();
    const { id } = await enqueue(shared, 20, {}, undefined, url);
    await shared.ledger.cancelPending(id);
    const { heard, tell } = listener();
    await drain(shared, slowProvider(1).provider, {}, { tell });
    expect(heard).toEqual([{ key: `${id}-1`, end: 'recalled', exitCode: 3, claimed: 0 }]);
  });

  it('hears it from another worker when one dies in the middle of telling', async (test) => {
    const shared = await world();
    const { id } = await enqueue(shared, 5, {}, undefined, url);
    const { heard, tell } = listener();
    const notice = await shared.queue.notice(id);
    expect(await shared.queue.takeNotice(notice!)).toBe(true);
    expect(await shared.queue.takeNotice(notice!)).toBe(false);
    const working = drain(shared, slowProvider(1).provider, {}, { tell });
    await test.expect.poll(async () => (await shared.ledger.report(id)).counts.accepted).toBe(5);
    expect(heard).toEqual([]);
    // As if the worker that has it had been dead for long.
    await ask(shared.address, 'update volley_queue.notices set taken_until = now()');
    await working;
    expect(heard).toEqual([{ key: `${id}-1`, end: 'finished', exitCode: 0, claimed: 0 }]);
  });

  it('is asked for anew with every time that it is enqueued', async () => {
    const shared = await world();
    const campaign = await enqueue(shared, 5, {}, undefined, url);
    const { heard, tell } = listener();
    const { provider } = slowProvider(1);
    await drain(shared, provider, {}, { tell });
    await shared.queue.enqueue(campaign, { delivery: defaultDelivery });
    await drain(shared, provider, {}, { tell });
    expect(heard.map(({ key }) => key)).toEqual([`${campaign.id}-1`]);
    await shared.queue.enqueue(campaign, { delivery: defaultDelivery, notify: url });
    await drain(shared, provider, {}, { tell });
    expect(heard.map(({ key }) => key)).toEqual([`${campaign.id}-1`, `${campaign.id}-3`]);
  });
});

/** One queue for each of two workers, and who takes a job gets it for the other one, too. */
function deliveringTwice(queue: Queue) {
  const waiting: [Job[], Job[]] = [[], []];
  const delivered: string[] = [];
  const queueOf = (own: Job[], others: Job[]): Queue => ({
    ...queue,
    take: async (limit) => {
      const again = own.splice(0, limit);
      const jobs = again.length > 0 ? again : await queue.take(limit);
      if (again.length === 0) others.push(...jobs);
      delivered.push(...jobs.map(({ id }) => id));
      return jobs;
    },
  });
  return { queues: [queueOf(waiting[0], waiting[1]), queueOf(waiting[1], waiting[0])], delivered };
}
