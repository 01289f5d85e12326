import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { batch, quick, withList } from './campaign.ts';

describe('a run that was frozen', () => {
  it('sends nothing more once another has taken over', async () => {
    const { start, volley, sent, expectNoDoubles, ledger } = await withList(300, { latencyMs: 20 });
    const { child, ended } = start(...batch, ...quick, '--rate', '100');
    await expect.poll(() => sent().length).toBeGreaterThan(20);
    await freezeBetweenCommits(child, ledger);
    const taken = await volley('resume', 'night', '--json', '--settle', '600ms');
    expect(taken.counts['accepted']).toBe(sent().length);
    child.kill('SIGCONT');
    expect(await ended).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('another run has taken this campaign over'),
    });
    expectNoDoubles();
  });
});

/** Stops a process while it holds no lock on its ledger, and makes it look as if it had stood still for long. */
async function freezeBetweenCommits(child: ChildProcess, ledger: string): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    const database = openDatabase(ledger);
    try {
      database.exec('pragma busy_timeout = 100');
      database.exec('update leases set expires_at = 0');
      return;
    } catch {
      child.kill('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      database.close();
    }
  }
}
