import { expect, it } from 'vitest';
import { batch, withList } from './campaign.ts';

it('a run that another process pauses sends nothing more, says so, and ends when it is told to', async (test) => {
  const { start, runHere, simulator, expectNoDoubles } = await withList(test, 300, { latencyMs: 30 });
  const sending = start(...batch, '--yes', '--campaign', 'night', '--concurrency', '2');
  await expect.poll(() => simulator.truth().length).toBeGreaterThan(10);
  const watching = start('watch', 'night', '--web', '--json');
  let told = '';
  watching.child.stdout?.on('data', (text: Buffer) => (told += text.toString()));
  await expect.poll(() => told, { timeout: 10_000 }).toContain('"url"');
  const { url } = JSON.parse(told) as { url: string };
  const post = async (action: string) => (await fetch(url + action, { method: 'POST' })).status;

  expect(await post('pause')).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = simulator.truth().length;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect([simulator.truth().length, before < 300]).toEqual([before, true]);
  const toldToEndAt = performance.now();
  sending.child.kill('SIGTERM');
  const { code, stderr } = await sending.ended;
  expect([code, performance.now() - toldToEndAt < 4000]).toEqual([130, true]);
  expect(stderr).toContain('Paused. Go on with p in: volley watch night');

  const resumed = start('resume', 'night');
  expect(await post('go-on')).toBe(200);
  expect((await resumed.ended).code).toBe(0);
  expect(simulator.truth()).toHaveLength(300);
  expectNoDoubles();
  watching.child.kill('SIGTERM');
  expect((await watching.ended).code).toBe(0);
  expect((await runHere('report', 'night', '--jq', '.counts.accepted')).stdout).toBe('300\n');
});
