import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonic, sleep } from '../../src/clock.ts';
import { CliError } from '../../src/errors.ts';
import { connect } from '../../src/ledger/postgres/connect.ts';
import { openPostgresQueue } from '../../src/queue/pg-boss.ts';
import type { Queue, Schedule } from '../../src/queue/queue.ts';
import { runScheduled } from '../../src/queue/scheduler.ts';
import { virtualClock } from '../virtual-clock.ts';
import { sharedWorld } from './world.ts';

let shared: Awaited<ReturnType<typeof sharedWorld>>;
let other: Queue;
beforeAll(async () => {
  shared = await sharedWorld();
  other = await openPostgresQueue(shared.address);
});
afterAll(async () => {
  await other.close();
  await shared.close();
});

/** As if a schedule had been added a while ago. */
async function addedAgo(name: string, age: string): Promise<void> {
  const { database } = await connect(shared.address);
  await database.read((connection) =>
    connection.raw('update volley_queue.schedules set considered_at = now() - $2::interval where name = $1', [
      name,
      age,
    ]),
  );
  await database.close();
}

const everyMinute: Schedule = {
  ...{ name: 'minutely', cron: '* * * * *', timeZone: 'UTC', missed: 'run', deadlineMs: 60_000 },
  ...{ argv: ['batch', 'list.csv'], cwd: '/tmp' },
};

describe('schedules', () => {
  it('run a time once over all workers, and never beside a run that goes on', async () => {
    const { queue } = shared;
    await queue.keepSchedule(everyMinute);
    expect(await queue.takeDue('w1')).toEqual([]);
    await addedAgo('minutely', '90 seconds');
    const taken = (
      await Promise.all([queue.takeDue('w1'), other.takeDue('w2'), queue.takeDue('w3'), other.takeDue('w4')])
    ).flat();
    expect(taken.map(({ schedule }) => schedule.argv)).toEqual([['batch', 'list.csv']]);
    expect(await queue.takeNow('minutely', 'w9')).toBeUndefined();
    expect((await queue.schedules())[0]).toMatchObject({ name: 'minutely', lastAt: taken[0]?.dueAt });
    for (const id of ['w1', 'w2', 'w3', 'w4']) await queue.endRun('minutely', id, 'exit 0');
    expect((await queue.schedules())[0]).toMatchObject({ lastEnd: 'exit 0' });
    expect(await queue.takeNow('minutely', 'w9')).toMatchObject({ schedule: { name: 'minutely' } });
    expect(await queue.renewRun('minutely', 'w1')).toBe(false);
    expect(await queue.renewRun('minutely', 'w9')).toBe(true);
    expect(await queue.dropSchedule('minutely')).toBe(true);
    expect(await queue.dropSchedule('minutely')).toBe(false);
  });

  it.each([
    ['run', 1, undefined],
    ['skip', 0, 'missed: no worker was there'],
  ] as const)('%s a time that nobody was there for', async (missed, runs, lastEnd) => {
    const { queue } = shared;
    const daily = `0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
    await queue.keepSchedule({ ...everyMinute, name: missed, cron: daily, missed });
    await addedAgo(missed, '3 days');
    expect(await queue.takeDue('w1')).toHaveLength(runs);
    const known = (await queue.schedules()).find(({ name }) => name === missed);
    expect(known?.lastEnd).toBe(lastEnd);
    if (runs > 0) await queue.endRun(missed, 'w1', 'exit 0');
    // Of all the times that passed the last one counts, once.
    expect(await queue.takeDue('w1')).toEqual([]);
  });

  it('end a run whose deadline passes, and say so', async () => {
    const { queue } = shared;
    await queue.keepSchedule({ ...everyMinute, name: 'slow', deadlineMs: 100 });
    const run = await queue.takeNow('slow', 'w1');
    if (!run) throw new Error('not taken');
    const ends: string[] = [];
    const code = await runScheduled(run, {
      queue,
      workerId: 'w1',
      signal: new AbortController().signal,
      ...{ sleep, monotonic },
      run: (_, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(130), { once: true })),
      onRun: (name, end) => ends.push(`${name}: ${end}`),
      onTrouble: (error) => {
        throw error;
      },
    });
    expect([code, ends]).toEqual([130, ['slow: exit 130 (its deadline passed)']]);
    expect((await queue.schedules()).find(({ name }) => name === 'slow')).toMatchObject({
      lastEnd: 'exit 130 (its deadline passed)',
    });
  });

  it('go on while their server is away for a moment, and end before another could begin', async () => {
    const run = (renewals: readonly (boolean | 'away')[]) => {
      const clock = virtualClock(0);
      const troubles: unknown[] = [];
      let renewed = 0;
      const queue = {
        ...shared.queue,
        renewRun: async () => {
          const renewal = renewals[renewed++] ?? true;
          if (renewal === 'away') throw new CliError('config', 'The server is away.');
          return renewal;
        },
        endRun: async () => undefined,
      };
      const ended = runScheduled(
        { schedule: { ...everyMinute, deadlineMs: 200_000 }, dueAt: 0 },
        {
          ...{ queue, workerId: 'w1', signal: new AbortController().signal, onRun: () => undefined },
          ...{ sleep: clock.sleep, monotonic: () => clock.monotonic, onTrouble: (error) => void troubles.push(error) },
          run: (_, { signal }) =>
            new Promise((resolve) => signal.addEventListener('abort', () => resolve(clock.monotonic), { once: true })),
        },
      );
      return ended.then((atMs) => [atMs, troubles.length]);
    };
    // It is ended by its deadline alone.
    expect(await run([true, 'away', 'away', true])).toEqual([200_000, 2]);
    // Its lease lasts 60 s from when it was last shown, at 20.
    expect(await run([true, ...Array.from({ length: 20 }, () => 'away' as const)])).toEqual([60_000, 5]);
    expect(await run([true, false])).toEqual([40_000, 0]);
  });

  it('know who is at work, and who has left', async () => {
    const { queue } = shared;
    const state = { host: 'a', pid: 1, campaigns: ['spring'], accepted: 7 };
    await queue.beat({ ...state, id: 'one' });
    await other.beat({ ...state, id: 'two', accepted: 8 });
    expect(await queue.workers()).toMatchObject([
      { id: 'two', accepted: 8, isAlive: true },
      { id: 'one', campaigns: ['spring'], isAlive: true },
    ]);
    await queue.leave('one');
    expect((await other.workers()).map(({ id }) => id)).toEqual(['two']);
  });
});
