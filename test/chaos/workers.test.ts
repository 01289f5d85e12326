import { expect, it } from 'vitest';
import { surviveWithWorkers, type WorkerTally } from './workers.ts';

/** How much: a small share here, any amount with `npm run chaos -- --workers 4`. */
const {
  CHAOS_WORKERS: workers,
  CHAOS_KILLS: kills = '200',
  CHAOS_ROWS: rows = '50000',
  CHAOS_SEED: seed = '1',
} = process.env;
const storm =
  workers === undefined
    ? { workers: 3, kills: 3, rows: 200, seed: 1 }
    : { workers: Number(workers), kills: Number(kills), rows: Number(rows), seed: Number(seed) };

it('workers that are killed, and their server, too, lose nothing and send nothing twice', {
  timeout: 7_200_000,
}, async () => {
  const tally = await surviveWithWorkers(storm);
  if (workers !== undefined) process.stderr.write(`${table(tally)}\n`);
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
