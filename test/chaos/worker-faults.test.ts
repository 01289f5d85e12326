import { writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import type { FaultScript } from '../../src/simulator/twilio.ts';
import { from, recipients } from '../context.ts';
import { installation, simulated } from '../e2e/volley.ts';
import { newDatabase } from '../new-database.ts';
import { ask, takeStockOfDatabase } from './database.ts';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const rows = 200;
const quick = ['--settle', '700ms', '--timeout', '500ms', '--on-unknown', 'resend'];

type Started = ReturnType<ReturnType<typeof installation>['start']>;

interface World {
  readonly address: string;
  readonly simulator: Simulator;
  /** A worker, with more in its environment, and more options, where that is said. */
  readonly worker: (env?: Readonly<Record<string, string>>, ...options: readonly string[]) => Started;
}

/** A campaign that is enqueued on a database of its own. */
async function enqueued(options: SimulatorOptions): Promise<World> {
  const address = await newDatabase();
  const { simulator, env } = await simulated(options);
  closing.push(simulator.close);
  const volley = installation({ ...env, VOLLEY_LEDGER: address });
  writeFileSync(join(volley.folder, 'list.csv'), recipients(rows));
  const { code, stderr } = await volley.run(
    ...['batch', 'list.csv', '--from', from, '--body', 'Hi {{ name }}', '--rate', '100', '--campaign', 'spring'],
    ...['--no-breaker', '--yes', '--enqueue'],
  );
  expect([code, stderr]).toEqual([0, expect.anything()]);
  return {
    address,
    simulator,
    worker: (more = {}, ...options) => {
      const started = installation({ ...env, VOLLEY_LEDGER: address, ...more }).start('worker', ...quick, ...options);
      closing.push(() => started.child.kill('SIGKILL'));
      return started;
    },
  };
}

/** Waits until no message is in one of these states; what was sent until then is told apart from what comes later. */
async function isWorkedOff(
  { address, simulator }: World,
  states: readonly string[] = ['pending', 'claimed', 'unknown'],
): Promise<number> {
  const open = 'select count(*)::int as n from volley.messages where state = any($1)';
  await expect.poll(async () => ask(address, open, [states]), { timeout: 60_000, interval: 250 }).toEqual([{ n: 0 }]);
  return simulator.truth().length;
}

/** Stops something while no transaction is open, whose locks others would have to wait for. */
async function stopAtRest({ address }: World, stop: () => void, goOn: () => void): Promise<void> {
  for (;;) {
    stop();
    await delay(50);
    const open = await ask(
      address,
      `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and state like 'idle in transaction%'`,
    );
    if (open.length === 0) return;
    goOn();
    await delay(20);
  }
}

/** As if a minute had passed without a sign of life from a process. */
const expire = ({ address }: World, pid: number | undefined) =>
  ask(address, 'update volley.leases set expires_at = 0 where pid = $1', [pid]);

/** Asks them to end, and holds what the ledger says against what was really sent. */
async function expectWhole({ address, simulator }: World, workers: readonly Started[]) {
  for (const { child } of workers) child.kill('SIGTERM');
  for (const { ended } of workers) expect(await ended).toMatchObject({ code: 0 });
  const to = Array.from({ length: rows }, (_, i) => `+1415555${String(i).padStart(4, '0')}`);
  const tally = await takeStockOfDatabase(address, simulator.truth(), to, [simulator.authToken]);
  expect(tally).toMatchObject({ lost: 0, doubled: 0, problems: [] });
  expect(tally.accepted + tally.unknown).toBe(rows);
  return tally;
}

/** A Twilio that stops answering after twenty requests until it is told to go on. */
function stuckTwilio() {
  let isStuck = true;
  const script: FaultScript = (_, n) => (isStuck && n > 20 ? 'hang' : undefined);
  return {
    options: { latencyMs: 5, script },
    goOn: () => {
      isStuck = false;
    },
  };
}

describe('a worker that others take for dead, and is not', () => {
  /** All that it has on its way gets no answer until others have looked for it, not found it and sent it again. */
  const impatient = ['--timeout', '5s', '--concurrency', '16'];
  /** What was answered, and all that can be on its way then: what has not left when it stops would leave when it wakes. */
  const isStuck = (world: World) => expect.poll(() => world.simulator.requests(), { timeout: 20_000 }).toBe(36);

  it('changes nothing of what it had claimed when it was frozen and wakes', async () => {
    const twilio = stuckTwilio();
    const world = await enqueued(twilio.options);
    const frozen = world.worker({}, ...impatient);
    await isStuck(world);
    const send = (signal: NodeJS.Signals) => () => void frozen.child.kill(signal);
    await stopAtRest(world, send('SIGSTOP'), send('SIGCONT'));
    await expire(world, frozen.child.pid);
    twilio.goOn();
    const other = world.worker();
    const sent = await isWorkedOff(world);
    send('SIGCONT')();
    expect(await expectWhole(world, [frozen, other])).toMatchObject({ unknown: 0 });
    expect(world.simulator.truth()).toHaveLength(sent);
  }, 90_000);

  it('changes nothing of it when its line to the server was silent for a while', async () => {
    const twilio = stuckTwilio();
    const world = await enqueued(twilio.options);
    const line = await silentLine(world.address);
    const cutOff = world.worker({ VOLLEY_LEDGER: line.address }, ...impatient);
    await isStuck(world);
    await stopAtRest(world, line.silence, line.mend);
    await expire(world, cutOff.child.pid);
    twilio.goOn();
    const other = world.worker();
    const sent = await isWorkedOff(world);
    line.mend();
    expect(await expectWhole(world, [cutOff, other])).toMatchObject({ unknown: 0 });
    expect(world.simulator.truth()).toHaveLength(sent);
  }, 90_000);
});

describe('workers whose clocks are hours apart', () => {
  it('send each message once, though one of them dies', async () => {
    const world = await enqueued({ latencyMs: 20, faults: ['reset-after-create=0.05', '500-before=0.05'] });
    const ahead = (hours: number) => ({
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'clock.js')}`,
      CLOCK_AHEAD_MS: String(hours * 3_600_000),
    });
    const [dies, ...others] = [world.worker(ahead(-3)), world.worker(ahead(26)), world.worker()] as const;
    await expect.poll(() => world.simulator.truth().length).toBeGreaterThan(60);
    dies.child.kill('SIGKILL');
    // What was claimed before a first answer told how wrong the clock was may stay unknown: that is for a person.
    await isWorkedOff(world, ['pending', 'claimed']);
    await expectWhole(world, others);
  }, 90_000);
});

/** A line to a server that passes nothing on while it is silent, in either direction, and cuts nothing. */
async function silentLine(address: string) {
  const url = new URL(address);
  const port = Number(url.port);
  const ends = new Set<Socket>();
  let isSilent = false;
  const proxy = createServer((near) => {
    const far = connectSocket(port, '127.0.0.1');
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on('error', () => undefined);
      end.on('data', (data) => other.write(data));
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
      if (isSilent) end.pause();
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    proxy.close();
    for (const end of ends) end.destroy();
  });
  url.port = String((proxy.address() as { port: number }).port);
  return {
    address: url.href,
    silence: () => {
      isSilent = true;
      for (const end of ends) end.pause();
    },
    mend: () => {
      isSilent = false;
      for (const end of ends) end.resume();
    },
  };
}
