import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/simulator/faults.ts';
import { retryBlindly, stormyFaults, survive, surviveCrash } from './campaign.ts';
import { pointNames } from './crash-points.ts';

/** How much: a small share here, any amount with `npm run chaos`. */
const {
  CHAOS_KILLS: kills = '4',
  CHAOS_ROWS: rows = '400',
  CHAOS_SEED: seed = '1',
  CHAOS_CRASHES: crashes = '1',
  CHAOS_SENDERS: mostSenders = '50',
} = process.env;

/** Is only come by where something is unknown. */
const isReconciling = (point: string): boolean => point.startsWith('reconcile');

const whole = { lost: 0, doubled: 0, unknown: 0, problems: [] };

describe.each(crashes.split(',').map(Number))('a crash by kill -9, at pass %i', (k) => {
  it.each(pointNames.map((point, i) => ({ point, senders: 1 + (i % 4) })))(
    '$point, $senders senders: nothing lost, nothing sent twice',
    async ({ point, senders }) => {
      const faults = isReconciling(point)
        ? ['reset-after-create=0.3']
        : process.env['CHAOS_CRASHES']
          ? stormyFaults
          : [];
      const { died, ...tally } = await surviveCrash({ point, k, rows: 50, senders, faults });
      expect(tally).toMatchObject({ ...whole, accepted: 50 });
      if (k === 1) expect(died).toBe(true);
    },
  );
});

describe('kill -9 at random moments, with eleven kinds of server fault at 10 %', () => {
  it('loses nothing and sends nothing twice', { timeout: 600_000 + Number(rows) * 60 }, async () => {
    const rowsEach = Math.min(1000, Number(rows));
    const campaigns = Math.ceil(Number(rows) / rowsEach);
    const killsEach = Math.ceil(Number(kills) / campaigns);
    const total = { kills: 0, rows: 0, accepted: 0, lost: 0, doubled: 0, unknown: 0 };
    const problems: string[] = [];
    const random = seededRandom(Number(seed));
    for (let i = 0; i < campaigns; i++) {
      const senders = Math.round(Math.min(Number(mostSenders), 50) ** random());
      const storm = { rows: rowsEach, seed: Number(seed) + i, kills: killsEach, processes: 1 + (i % 4), senders };
      const tally = await survive(storm);
      problems.push(...tally.problems.map((problem) => `seed ${storm.seed}, ${senders} senders: ${problem}`));
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += tally[key];
      if (process.env['CHAOS_KILLS'] && i % 10 === 9) process.stderr.write(`${JSON.stringify(total)}\n`);
    }
    const control = await retryBlindly({ rows: rowsEach, seed: Number(seed) });
    if (process.env['CHAOS_KILLS']) process.stderr.write(`${table(total, control, rowsEach)}\n`);
    expect(problems).toEqual([]);
    expect(total).toMatchObject({ lost: 0, doubled: 0, unknown: 0, accepted: total.rows });
    expect(total.kills).toBeGreaterThanOrEqual(Math.min(Number(kills), campaigns));
    // A blind client must send too many here, or this proves nothing.
    expect(control).toBeGreaterThan(0);
  });
});

function table(total: Readonly<Record<string, number>>, control: number, rowsEach: number): string {
  return [
    '| kills | recipients | senders | faults | lost | doubled | blind retry, same faults |',
    '|---|---|---|---|---|---|---|',
    `| ${total['kills']} | ${total['rows']} | 1 to ${Math.min(50, Number(mostSenders))} | 11 kinds, 10 % | ${total['lost']} | ${total['doubled']} | ${control} doubled of ${rowsEach} |`,
  ].join('\n');
}
