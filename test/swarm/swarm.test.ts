import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Built, build, fly } from './swarm.ts';

/** How much: a small share here, any number with `npm run chaos`. */
const { CHAOS_SCHEDULES: schedules = '20', CHAOS_SEED: seed = '1', CHAOS_SENDERS: senders = '500' } = process.env;

let built: Built;
beforeAll(() => {
  built = build();
});
afterAll(() => built.remove());

it('keeps every promise in whatever way it is used, and whatever goes wrong', { timeout: 7_200_000 }, async () => {
  const from = Number(seed) * 1_000_000;
  const swarm = { built, from, schedules: Number(schedules), options: { maxSenders: Number(senders) } };
  const { outcomes, failures } = await fly({ ...swarm, onOutcome: tellNowAndThen });
  expect(failures.map((failure) => `seed ${failure.seed}: ${failure.problem}`)).toEqual([]);
  const total = (key: 'rows' | 'accepted' | 'lost' | 'doubled' | 'hazards' | 'deaths') =>
    outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
  if (process.env['CHAOS_SCHEDULES']) {
    const found = `${total('lost')} | ${total('doubled')} | ${total('hazards')}`;
    process.stderr.write(
      [
        '| schedules | messages | deaths | lost | doubled | doubled within the stated hazard of a resend |',
        '|---|---|---|---|---|---|',
        `| ${outcomes.length} | ${total('rows')} | ${total('deaths')} | ${found} |\n`,
      ].join('\n'),
    );
  }
  expect([total('lost'), total('doubled')]).toEqual([0, 0]);
  expect(outcomes.length).toBe(Number(schedules));
  // A swarm in which little happens proves little.
  expect(total('accepted')).toBeGreaterThan(total('rows') / 3);
  expect(total('deaths')).toBeGreaterThan(outcomes.length / 20);
});

function tellNowAndThen(done: number): void {
  if (process.env['CHAOS_SCHEDULES'] && done % 1000 === 0) process.stderr.write(`${done} schedules\n`);
}
