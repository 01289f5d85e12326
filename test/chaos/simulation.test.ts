import { expect, it } from 'vitest';
import { runSchedule } from './simulation.ts';

/** How many schedules: a small share here, any number with `npm run chaos`. */
const { CHAOS_SCHEDULES: schedules = '60', CHAOS_SEED: seed = '1' } = process.env;

it('loses nothing and sends nothing twice, through deaths, freezes, full disks and a bad network', {
  timeout: 3_600_000,
}, async () => {
  const total = { accepted: 0, rejected: 0, lost: 0, doubled: 0, deaths: 0 };
  for (let i = 0; i < Number(schedules); i++) {
    const schedule = await runSchedule(Number(seed) * 1_000_000 + i);
    if (schedule.doubled > 0) throw new Error(`seed ${Number(seed) * 1_000_000 + i} sends ${schedule.doubled} twice`);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += schedule[key];
  }
  expect(total).toMatchObject({ lost: 0, doubled: 0 });
  expect(total.accepted + total.rejected).toBe(10 * Number(schedules));
  expect(total.deaths).toBeGreaterThan(Number(schedules) / 4);
});
