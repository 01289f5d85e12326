import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { batch, quick, withList } from './campaign.ts';

describe.concurrent('an interrupt', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s waits for what is out, records it, and says how to resume',
    async (signal, test) => {
      const { start, volley, simulator, sent } = await withList(test, 150, { latencyMs: 50 });
      const { child, ended } = start(...batch, '--yes', '--campaign', 'night');
      await test.expect.poll(() => simulator.truth().length).toBeGreaterThan(20);
      child.kill(signal);
      const { code, stderr, stdout } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain('Resume with: volley resume night');
      expect(stdout).not.toContain('claimed');
      expect((await volley('resume', 'night')).code).toBe(0);
      expect(simulator.truth()).toHaveLength(150);
      expect(new Set(sent()).size).toBe(150);
    },
  );
});

describe.concurrent('a second interrupt', () => {
  const sending = async (test: TestContext) => {
    const made = await withList(test, 150, { latencyMs: 1500 });
    const run = made.start(...batch, '--yes', '--campaign', 'night');
    await test.expect.poll(() => made.simulator.requests()).toBeGreaterThan(0);
    run.child.kill('SIGINT');
    return { ...made, ...run };
  };

  it('at once, as from a terminal and from npx, is the first', async (test) => {
    const { child, ended, sent, volley } = await sending(test);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Resume with: volley resume night'),
    });
    const { counts } = await volley('report', 'night', '--json');
    expect(counts).toMatchObject({ accepted: sent().length, claimed: 0, unknown: 0 });
  });

  it('after a while leaves at once', async (test) => {
    const { child, ended } = await sending(test);
    await delay(700);
    const askedAt = performance.now();
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: expect.not.stringContaining('Resume with') });
    expect(performance.now() - askedAt).toBeLessThan(700);
  });
});

describe.concurrent('a kill -9', () => {
  it('loses nothing and sends nothing twice', async (test) => {
    const { start, volley, simulator, sent } = await withList(test, 300, { latencyMs: 30 });
    const { child, ended } = start(...batch, '--yes', '--campaign', 'night');
    await test.expect.poll(() => simulator.truth().length).toBeGreaterThan(20);
    child.kill('SIGKILL');
    await ended;
    const { code, counts } = await volley('resume', 'night', '--json', '--settle', '600ms');
    const all = sent();
    expect(new Set(all).size).toBe(all.length);
    // A claimed message stays unknown, although its request may never have left.
    expect(counts).toMatchObject({ pending: 0, claimed: 0, accepted: all.length, unknown: 300 - all.length });
    expect(code).toBe(all.length === 300 ? 0 : 8);
  });
});

describe.concurrent('a time limit', () => {
  it.for([
    ['--max-duration', 100, '1s'],
    ['--not-after', 240, () => new Date(Date.now() + 4000).toISOString().replace(/\.\d+Z/, 'Z')],
  ] as const)('%s ends the run, recorded and resumable', async ([flag, rows, value], test) => {
    const { volley, sent, expectNoDoubles } = await withList(test, rows);
    const at = typeof value === 'string' ? value : value();
    const { code, counts, stderr } = await volley(...batch, ...quick, '--rate', '50', flag, at);
    expect(code).toBe(8);
    expect(counts).toMatchObject({ claimed: 0, unknown: 0, accepted: sent().length });
    expect(stderr).toMatch(/Time is up[\s\S]*volley resume night/);
    expect((await volley('resume', 'night', '--json')).code).toBe(0);
    expectNoDoubles();
  });

  it('after the time already, nothing is sent', async (test) => {
    const { volley, sent } = await withList(test, 3);
    const late = await volley(...batch, ...quick, '--not-after', '2026-01-01T00:00:00Z');
    expect(late).toMatchObject({ code: 6, stderr: expect.stringMatching(/It is after .* already\. Nothing was sent/) });
    const report = await volley('report', 'night');
    expect(report).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no campaign night.') });
    expect(sent()).toEqual([]);
  });
});

describe('the breaker', () => {
  it('one number refused, one code for all: stops and says why; nothing is rejected that was not refused', async (test) => {
    const { volley, sent, simulator } = await withList(test, 200, {
      script: (form) => void form.set('To', '+15005550009') as undefined,
    });
    const { code, counts, stderr } = await volley(...batch, ...quick);
    expect(code).toBe(8);
    expect(stderr).toMatch(/most of the last messages failed alike \(21614/);
    expect(counts['rejected']).toBe(simulator.arrivals().length);
    expect(sent()).toEqual([]);
  });
});
