import { describe, expect, it } from 'vitest';
import { deadlineOf } from '../../src/campaign/deadline.ts';
import { testContext } from '../context.ts';

/** How long a deadline may take to notice, with room for a busy machine, in milliseconds. */
const noticedWithinMs = 5000;

const world = () => {
  const { context } = testContext();
  const clock = { wall: Date.parse('2026-11-23T10:00:00Z'), monotonic: 0 };
  return { clock, context: { ...context, now: () => clock.wall, monotonic: () => clock.monotonic } };
};
const aborted = (signal: AbortSignal | undefined) =>
  expect.poll(() => signal?.aborted, { timeout: noticedWithinMs }).toBe(true);

describe('a deadline', () => {
  it('by the time of day comes when the clock says so, also when it was set or the machine slept', async () => {
    const { clock, context } = world();
    const signal = deadlineOf({ maxDurationMs: undefined, notAfter: clock.wall + 3_600_000 }, context);
    expect(signal?.aborted).toBe(false);
    clock.wall += 3_600_000;
    await aborted(signal);
  });

  it('by how long a run lasts does not mind the clock', async () => {
    const { clock, context } = world();
    const signal = deadlineOf({ maxDurationMs: 60_000, notAfter: undefined }, context);
    clock.wall += 3_600_000;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(signal?.aborted).toBe(false);
    clock.monotonic += 60_000;
    await aborted(signal);
  });

  it('that is past refuses to begin', () => {
    const { clock, context } = world();
    expect(() => deadlineOf({ maxDurationMs: undefined, notAfter: clock.wall }, context)).toThrow('Nothing was sent');
  });
});
