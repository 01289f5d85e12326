import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/simulator/faults.ts';
import { amountOf } from './amounts.ts';
import { retryBlindly, stormyFaults, survive, surviveCrash } from './campaign.ts';
import { pointNames } from './crash-points.ts';

const kills = Number(amountOf('CHAOS_KILLS'));
const rows = Number(amountOf('CHAOS_ROWS'));
const seed = Number(amountOf('CHAOS_SEED'));
const crashes = amountOf('CHAOS_CRASHES').split(',').map(Number);
const mostSenders = Math.min(50, Number(amountOf('CHAOS_SENDERS')));

/** Is only come by where something is unknown. */
const isReconciling = (point: string): boolean => point.startsWith('reconcile');

const whole = { lost: 0, doubled: 0, unknown: 0, problems: [] };

describe.each(crashes)('a crash by kill -9, at pass %i', (k) => {
  it.each(pointNames.map((point, i) => ({ point, senders: 1 + (i % 4) })))(
    '$point, $senders senders: nothing lost, nothing sent twice',
    async ({ point, senders }) => {
      const faults = isReconciling(point) ? ['reset-after-create=0.3'] : stormyFaults;
      const { died, ...tally } = await surviveCrash({ point, k, rows: 50, senders, faults });
      expect(tally).toMatchObject({ ...whole, accepted: 50 });
      if (k === 1) expect(died).toBe(true);
    },
  );
});

describe('kill -9 at random moments, with eleven kinds of server fault at 10 %', () => {
  it('loses nothing and sends nothing twice', { timeout: 600_000 + rows * 60 }, async () => {
    const rowsEach = Math.min(1000, rows);
    const campaigns = Math.ceil(rows / rowsEach);
    const killsEach = Math.ceil(kills / campaigns);
    const total = { kills: 0, rows: 0, accepted: 0, lost: 0, doubled: 0, unknown: 0 };
    const problems: string[] = [];
    const random = seededRandom(seed);
    for (let i = 0; i < campaigns; i++) {
      const senders = Math.round(mostSenders ** random());
      const storm = { rows: rowsEach, seed: seed + i, kills: killsEach, processes: 1 + (i % 4), senders };
      const tally = await survive(storm);
      problems.push(...tally.problems.map((problem) => `seed ${storm.seed}, ${senders} senders: ${problem}`));
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += tally[key];
      if (i % 10 === 9) process.stderr.write(`${JSON.stringify(total)}\n`);
    }
    const control = await retryBlindly({ rows: rowsEach, seed });
    process.stderr.write(`${table(total, control, rowsEach)}\n`);
    expect(problems).toEqual([]);
    expect(total).toMatchObject({ lost: 0, doubled: 0, unknown: 0, accepted: total.rows });
    expect(total.kills).toBeGreaterThanOrEqual(Math.min(kills, campaigns));
    // A blind client must send too many here, or this proves nothing.
    expect(control).toBeGreaterThan(0);
  });
});

function table(total: Readonly<Record<string, number>>, control: number, rowsEach: number): string {
  return [
    '| kills | recipients | senders | faults | lost | doubled | blind retry, same faults |',
    '|---|---|---|---|---|---|---|',
    `| ${total['kills']} | ${total['rows']} | 1 to ${mostSenders} | 11 kinds, 10 % | ${total['lost']} | ${total['doubled']} | ${control} doubled of ${rowsEach} |`,
  ].join('\n');
}
