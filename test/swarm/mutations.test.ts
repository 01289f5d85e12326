import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mutation, mutations } from './mutations.ts';
import { type Built, build, fly } from './swarm.ts';

/** What a schedule has to say of each. */
const signs: Readonly<Record<Mutation, RegExp>> = {
  spin: /spins/,
  'clock-step': /created again/,
  'lost-lease': /of another run|on disk|created again/,
  'early-look': /of another run|on disk|created again/,
  'wall-clock': /created again|does nothing for|in a second/,
  'limit-per-round': /more than its limit/,
};

describe('a bug of the past that is put back', () => {
  let built: Built;
  beforeAll(() => {
    built = build();
  });
  afterAll(() => built.remove());

  it.each(Object.entries(mutations))(
    '%s: %s; the swarm finds it within a minute',
    { timeout: 90_000 },
    async (name) => {
      const mutation = name as Mutation;
      const sought = signs[mutation];
      const { failures } = await fly({
        ...{ built, from: 1, schedules: 10_000, mostFailures: 1000, sought, forMs: 60_000, hangsMs: 5000 },
        options: { mutation, maxSenders: 20 },
      });
      expect(failures.map(({ problem }) => problem).join('\n')).toMatch(sought);
    },
  );
});
