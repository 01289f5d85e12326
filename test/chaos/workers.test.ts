import { expect, it } from 'vitest';
import { amountOf } from './amounts.ts';
import { surviveWithWorkers, type WorkerTally } from './workers.ts';

const storm = {
  workers: Number(amountOf('CHAOS_WORKERS')),
  kills: Number(amountOf('CHAOS_KILLS')),
  rows: Number(amountOf('CHAOS_ROWS')),
  seed: Number(amountOf('CHAOS_SEED')),
};

it('workers that are killed, and their server, too, lose nothing and send nothing twice', {
  timeout: 7_200_000,
}, async () => {
  const tally = await surviveWithWorkers(storm);
  process.stderr.write(`${table(tally)}\n`);
  expect(tally).toMatchObject({ lost: 0, doubled: 0, unknown: 0, problems: [], accepted: storm.rows });
  expect(tally.kills).toBeGreaterThanOrEqual(storm.kills);
  expect(tally.serverKills).toBeGreaterThan(0);
  // What a dead worker had goes on within a minute.
  expect(tally.slowestMs).toBeLessThan(60_000);
});

function table({
  kills: killed,
  serverKills,
  rows: recipients,
  lost,
  doubled,
  unknown,
  slowestMs,
}: WorkerTally): string {
  return [
    '| kills | kills of the server | recipients | workers | faults | lost | doubled | unknown | longest until another goes on |',
    '|---|---|---|---|---|---|---|---|---|',
    `| ${killed} | ${serverKills} | ${recipients} | ${storm.workers} | 11 kinds, 10 % | ${lost} | ${doubled} | ${unknown} | ${Math.ceil(slowestMs / 1000)} s |`,
  ].join('\n');
}
