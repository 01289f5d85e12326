import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it, type TestContext } from 'vitest';
import { from, recipients } from '../context.ts';
import { installation, simulated } from '../e2e/volley.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { ask, takeStockOfDatabase } from './database.ts';
import { type RemoteNetwork, remoteNetwork } from './network.ts';

const rows = 600;

/** Five a second, so that all of it takes longer than any cut here. */
const options = ['--body', 'Hi {{ name }}', '--campaign', 'cut', '--rate', '5', '--no-breaker', '--yes', '--enqueue'];
const quick = ['--settle', '700ms', '--timeout', '3s', '--on-unknown', 'resend'];

let network: RemoteNetwork | undefined;
let server: PostgresServer | undefined;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  network = remoteNetwork();
  server = network && (await startPostgres({ elsewhere: network }));
}, 120_000);

afterAll(async () => {
  for (const close of closing) await close();
  await server?.stop();
  network?.remove();
}, 120_000);

type Started = ReturnType<ReturnType<typeof installation>['start']>;

let addresses = 0;

/** A campaign that two workers send, each by an address of its own of one server. */
async function world({ skip, expect }: TestContext) {
  if (!network || !server) return skip('nobody may make a network here, which takes Linux, root and the program ip');
  const { address: addressOf, cut, mend, host } = network;
  const address = await server.database(`cut_${++addresses}`);
  const { simulator, env } = await simulated({ latencyMs: 20, faults: ['reset-after-create=0.02', '500-before=0.02'] });
  closing.push(simulator.close);
  const volley = installation({ ...env, VOLLEY_LEDGER: address });
  writeFileSync(join(volley.folder, 'list.csv'), recipients(rows));
  const { code, stderr } = await volley.run('batch', 'list.csv', '--from', from, ...options);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  const started = [1, 2].map(() => {
    const by = addressOf(++addresses);
    const { child, ended } = installation({ ...env, VOLLEY_LEDGER: address.replace(host, by) }).start(
      'worker',
      ...quick,
    );
    closing.push(() => child.kill('SIGKILL'));
    return { child, ended, cut: () => cut(by), mend: () => mend(by) };
  });
  const made = { address, simulator, workers: started, expect };
  for (const { child } of started) await claimed(made, child.pid, 0, 60_000);
  return made;
}

type World = Exclude<Awaited<ReturnType<typeof world>>, undefined>;

/** Waits until a worker has claimed something since a time, in milliseconds since 1970 by the server's clock. */
async function claimed(
  { address, expect }: Pick<World, 'address' | 'expect'>,
  pid: number | undefined,
  since: number,
  timeout: number,
) {
  const text = `select 1 from volley.messages m join volley.leases l on l.owner = m.owner
    where l.pid = $1 and m.claimed_at > $2 limit 1`;
  await expect.poll(() => ask(address, text, [pid, since]), { timeout, interval: 250 }).toHaveLength(1);
}

/** How long it takes until a worker claims again, in seconds. */
async function goesOn(made: World, { child }: Pick<Started, 'child'>): Promise<string> {
  const text = 'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now';
  const [clock] = await ask<{ now: number }>(made.address, text);
  const startedAt = performance.now();
  await claimed(made, child.pid, clock?.now ?? 0, 150_000);
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

async function expectWhole({ address, simulator, workers, expect }: World): Promise<void> {
  const open = `select state, count(*)::int as n from volley.messages
    where state in ('pending', 'claimed', 'unknown') group by 1`;
  await expect.poll(() => ask(address, open), { timeout: 240_000, interval: 500 }).toEqual([]);
  for (const { child } of workers) child.kill('SIGTERM');
  for (const { ended } of workers) expect(await ended).toMatchObject({ code: 0 });
  const to = Array.from({ length: rows }, (_, i) => `+1415555${String(i).padStart(4, '0')}`);
  const tally = await takeStockOfDatabase(address, simulator.truth(), to, [simulator.authToken]);
  expect(tally).toMatchObject({ lost: 0, doubled: 0, unknown: 0, accepted: rows, problems: [] });
}

describe.concurrent('a network that drops all packets without a word', () => {
  it.for([
    ['one of two workers', 5, 1],
    ['one of two workers', 20, 1],
    ['one of two workers', 75, 1],
    ['both workers', 75, 2],
  ] as const)(
    'between %s and their server, for %i s: each message goes out once',
    { timeout: 600_000 },
    async ([who, seconds, count], context) => {
      const made = await world(context);
      const cutOff = made.workers.slice(0, count);
      for (const { cut } of cutOff) cut();
      await delay(seconds * 1000);
      for (const { mend } of cutOff) mend();
      const took = await Promise.all(cutOff.map((worker) => goesOn(made, worker)));
      process.stderr.write(`${who} cut off for ${seconds} s: ${took.join(' and ')} s until they go on\n`);
      await expectWhole(made);
    },
  );

  it('while a worker is asked to end: it does, and another one sends the rest', async (context) => {
    const made = await world(context);
    const [cutOff] = made.workers;
    cutOff?.cut();
    await delay(3000);
    const askedAt = performance.now();
    cutOff?.child.kill('SIGTERM');
    const ended = await cutOff?.ended;
    const tookMs = performance.now() - askedAt;
    process.stderr.write(`asked to end while it is cut off: ${(tookMs / 1000).toFixed(1)} s\n`);
    context.expect(ended).toMatchObject({ code: 0 });
    context.expect(tookMs).toBeLessThan(240_000);
    await expectWhole({ ...made, workers: made.workers.slice(1) });
  }, 600_000);
});
