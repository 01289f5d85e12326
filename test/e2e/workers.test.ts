import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { from, recipients } from '../context.ts';
import { installation } from './volley.ts';

const rows = 600;

/** A database of its own, a Twilio on loopback, and volley with both. */
async function world() {
  const database = await (await fetch(inject('databases'))).text();
  const simulator = await startSimulator({ latencyMs: 20 });
  const { url, accountSid, authToken } = simulator;
  const volley = installation({
    VOLLEY_LEDGER: database,
    VOLLEY_API_URL: url,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
  });
  return { simulator, volley };
}

describe('more than one machine', () => {
  it('finishes a campaign with three workers of which one dies, each message once', async () => {
    const { simulator, volley } = await world();
    writeFileSync(join(volley.folder, 'list.csv'), recipients(rows));
    const enqueued = await volley.run(
      ...[
        'batch',
        'list.csv',
        '--from',
        from,
        '--body',
        'Hi {{ name }}',
        '--campaign',
        'spring',
        '--yes',
        '--enqueue',
        '--json',
      ],
    );
    expect(enqueued).toMatchObject({ code: 0 });
    expect(JSON.parse(enqueued.stdout)).toMatchObject({ counts: { rows, pending: rows, accepted: 0 } });
    expect(simulator.truth()).toHaveLength(0);

    const workers = [1, 2, 3].map(() => volley.start('worker', '--concurrency', '8', '--settle', '1s'));
    await expect.poll(() => simulator.truth().length).toBeGreaterThan(60);
    workers[0]?.child.kill('SIGKILL');
    await expect.poll(() => simulator.truth().length, { timeout: 25_000 }).toBeGreaterThanOrEqual(rows);
    for (const { child } of workers.slice(1)) child.kill('SIGTERM');
    for (const { ended } of workers.slice(1)) expect((await ended).code).toBe(0);

    const report = JSON.parse((await volley.run('report', 'spring', '--json')).stdout);
    const { accepted, claimed, unknown, pending } = report.counts;
    expect([accepted + claimed + unknown, pending]).toEqual([rows, 0]);
    const reached = simulator.truth().map(({ to }) => to);
    expect([reached.length, new Set(reached).size]).toEqual([rows, rows]);
    await simulator.close();
  }, 60_000);
});
