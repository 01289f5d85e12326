import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../src/simulator/faults.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { installation, simulated } from '../e2e/volley.ts';
import { databasePassword, startPostgres } from '../postgres-server.ts';
import { stormyFaults } from './campaign.ts';
import { type Crew, hire } from './crew.ts';
import { ask, takeStockOfDatabase } from './database.ts';
import type { Tally } from './invariants.ts';
import { type Shares, watchShares } from './shares.ts';

/** Campaigns under fire that workers share, on a server that dies, too. */
export interface WorkerStorm {
  readonly rows: number;
  readonly seed: number;
  /** How often to kill a process of volley's; the server is killed once for every so many of these, and at least once. */
  readonly kills: number;
  readonly workers: number;
}

/** How a storm ended. */
export interface WorkerTally extends Tally {
  readonly kills: number;
  readonly serverKills: number;
  /** The longest that the share of a dead worker lay, in milliseconds. */
  readonly slowestMs: number;
}

const killsPerServerKill = 20;
const mostRows = 1250;
const mostSenders = 50;
const shareOfKilledEnqueuers = 0.2;

/** Nothing new for this long: nobody works any more, in milliseconds. */
const standstillMs = 120_000;

/** Without the breaker: a machine that does much else may let many messages in a row go unanswered. */
const text = ['--body', 'Hi {{ name }}', '--no-breaker'];
const quick = ['--timeout', '1s', '--settle', '700ms', '--on-unknown', 'resend'];

/** Lets real workers send campaigns while they and their server are killed. Throws when a promise breaks. */
export async function surviveWithWorkers({ rows, seed, kills, workers }: WorkerStorm): Promise<WorkerTally> {
  const server = await startPostgres();
  const { simulator, env } = await simulated({ faults: stormyFaults, seed, latencyMs: 2 });
  const address = await server.database('storm');
  const volley = installation({ ...env, VOLLEY_LEDGER: address });
  const random = seededRandom(seed);
  const lists = writeLists({ rows, folder: volley.folder, random });
  // The first one makes the tables.
  await volley.run('workers');
  const world: World = { address, simulator, volley, random, seed };
  const crew = hire(workers, volley.start);
  const shares = watchShares(address);
  try {
    const enqueuing = enqueueAll(lists, world);
    const serverKills = await strike({ rows, kills, workers, crash: server.crash }, { crew, shares }, world);
    const alsoKilled = await enqueuing;
    await workedOff(world);
    await crew.dismiss();
    await shares.stop();
    const resumed = await settleRest(lists, world);
    refuseWords([...crew.outputs, ...resumed], [simulator.authToken, databasePassword]);
    const tally = await takeStockOfDatabase(
      ...([address, simulator.truth(), lists.flatMap(({ to }) => to), [simulator.authToken]] as const),
    );
    return { ...tally, kills: kills + alsoKilled, serverKills, slowestMs: shares.slowestMs() };
  } catch (error) {
    const standing = JSON.stringify(await standingOf(address), undefined, 1);
    throw new Error(`seed ${seed}, ${rows} rows: ${(error as Error).message}\n${standing}`, { cause: error });
  } finally {
    crew.abandon();
    await shares.stop();
    await simulator.close();
    await server.stop();
  }
}

interface World {
  readonly address: string;
  readonly simulator: Simulator;
  readonly volley: ReturnType<typeof installation>;
  readonly random: () => number;
  readonly seed: number;
}

interface List {
  readonly name: string;
  readonly to: readonly string[];
}

/** Campaigns of different people, each from a number of senders of its own. */
function writeLists({
  rows,
  folder,
  random,
}: {
  readonly rows: number;
  readonly folder: string;
  random: () => number;
}) {
  const count = Math.max(3, Math.ceil(rows / mostRows));
  const each = Math.ceil(rows / count);
  return Array.from({ length: count }, (_, campaign): List => {
    const senders = Math.round(mostSenders ** random());
    const name = `storm-${campaign}`;
    const first = campaign * each;
    const to = Array.from({ length: Math.min(each, rows - first) }, (_, i) => `+1415${2_000_000 + first + i}`);
    const senderOf = (i: number) => `+1${4_156_000_000 + campaign * mostSenders + (i % senders)}`;
    const lines = to.map((number, i) => `${number},Ada ${i},${senderOf(i)}`);
    writeFileSync(join(folder, `${name}.csv`), `to,name,from\n${lines.join('\n')}\n`);
    return { name, to };
  });
}

/** Enqueues all campaigns; who enqueues is killed now and then, and begins again. Returns how often that was. */
async function enqueueAll(lists: readonly List[], { volley, seed }: World): Promise<number> {
  // Chance of its own: it goes on beside the rest.
  const random = seededRandom(seed + 1);
  let killed = 0;
  for (const { name } of lists) {
    for (let tries = 0; ; tries++) {
      const options = [...text, '--campaign', name, '--concurrency', '32', '--yes', '--json', '--enqueue'];
      const { child, ended } = volley.start('batch', `${name}.csv`, ...options);
      const isDoomed = random() < shareOfKilledEnqueuers;
      const timer = isDoomed ? setTimeout(() => child.kill('SIGKILL'), random() * 2000) : undefined;
      const { code, stderr } = await ended;
      clearTimeout(timer);
      if (code === null) killed++;
      if (code === 0) break;
      const isExpected = code === null || /Cannot open the ledger|out of reach/.test(stderr);
      if (!isExpected || tries > 20) throw new Error(`${name} cannot be enqueued (${code}): ${stderr}`);
      await delay(200);
    }
  }
  return killed;
}

interface Blows {
  readonly rows: number;
  readonly kills: number;
  readonly workers: number;
  readonly crash: () => Promise<void>;
}

/** Kills workers, and the server, evenly over the work that is done. Returns how often the server was killed. */
async function strike(
  { rows, kills, workers, crash }: Blows,
  { crew, shares }: { readonly crew: Crew; readonly shares: Shares },
  { simulator, random }: World,
): Promise<number> {
  const crashEvery = Math.min(killsPerServerKill, Math.ceil(kills / 2));
  let crashes = 0;
  for (let i = 1; i <= kills; i++) {
    const target = (rows * i) / (kills + 1);
    await until(
      async () => simulator.truth().length >= target,
      async () => simulator.truth().length,
    );
    await delay(random() * 300);
    const place = Math.floor(random() * workers);
    if (i % crashEvery === 0) {
      crashes++;
      await crash();
    }
    // Now and then one is asked to end, too.
    if (random() < 0.1) await crew.replace(Math.floor(random() * workers));
    await crew.kill(place, shares.died);
    if (i % 10 === 0) {
      process.stderr.write(
        `${i} kills, ${simulator.truth().length} sent, slowest ${Math.round(shares.slowestMs())} ms\n`,
      );
    }
  }
  return crashes;
}

/** Waits for something. Throws when what shows that things move stands still for long. */
async function until(isReached: () => Promise<boolean>, progress: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  let movedAt = performance.now();
  while (!(await isReached())) {
    const now = await progress();
    if (now !== last) movedAt = performance.now();
    last = now;
    if (performance.now() - movedAt > standstillMs) throw new Error(`nobody goes on at ${now}`);
    await delay(25);
  }
}

/** Waits until there is nothing that a worker could do. */
async function workedOff({ address }: World): Promise<void> {
  const open = async () => {
    const rows = await ask<{ state: string; n: number }>(
      address,
      `select state, count(*)::int as n from volley.messages where state in ('pending', 'claimed', 'unknown')
        group by 1 union all select 'jobs', count(*)::int from volley_queue.job where state in ('created', 'retry', 'active')`,
    );
    await delay(500);
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  };
  await until(
    async () => {
      const { jobs, ...messages } = await open();
      return jobs === 0 || Object.keys(messages).length === 0;
    },
    async () => JSON.stringify(await open()),
  );
}

/** What may tell why nobody goes on. */
async function standingOf(address: string) {
  const campaigns = await ask(
    address,
    `select c.name, m.state, count(*)::int as n, q.stopped from volley.campaigns c join volley.messages m
      on m.campaign_id = c.id left join volley_queue.campaigns q on q.id = c.id where c.ready group by 1, 2, 4 order by 1`,
  );
  const jobs = await ask(
    address,
    `select state, count(*)::int as n, min(start_after) as "startAfter", max(started_on) as "startedOn", now()
      from volley_queue.job group by 1`,
  );
  const leases = await ask(
    address,
    'select campaign_id, is_shared, pid, to_timestamp(expires_at / 1000) from volley.leases',
  );
  const sessions = await ask(
    address,
    `select state, wait_event_type as wait, left(query, 80) as query, now() - state_change as since from pg_stat_activity
      where datname = current_database() and state <> 'idle'`,
  );
  return { campaigns, jobs, leases, sessions };
}

/**
 * Looks again for what workers have looked for without finding it. Throws when something is left to send that nobody
 * sends any more. Returns what was printed.
 */
async function settleRest(lists: readonly List[], { address, volley }: World): Promise<string[]> {
  const outputs: string[] = [];
  const leftBehind = await ask(
    address,
    `select c.name, m.state, count(*)::int as n, q.stopped from volley.messages m join volley.campaigns c
      on c.id = m.campaign_id left join volley_queue.campaigns q on q.id = c.id
      where c.ready and m.state in ('pending', 'claimed') group by 1, 2, 4`,
  );
  if (leftBehind.length > 0) throw new Error(`nobody sends ${JSON.stringify(leftBehind.slice(0, 5))}`);
  for (const { name } of lists) {
    for (let tries = 0; ; tries++) {
      const [open] = await ask(
        address,
        `select 1 from volley.messages m join volley.campaigns c on c.id = m.campaign_id
          where c.name = $1 and c.ready and m.state = 'unknown' limit 1`,
        [name],
      );
      if (open === undefined) break;
      const { code, stdout, stderr } = await volley.run('resume', name, ...quick, '--json');
      outputs.push(stdout, stderr);
      if (code !== 0 && code !== 8) throw new Error(`${name} is not settled (${code}): ${stderr}`);
      // What stays unknown is counted; it is what a message that was sent twice looks like, too.
      if (tries > 5) break;
    }
  }
  return outputs;
}

function refuseWords(outputs: readonly string[], secrets: readonly string[]): void {
  for (const output of outputs) {
    for (const secret of secrets) if (output.includes(secret)) throw new Error('a secret was printed');
    const bug = /.*\bbug\b.*/.exec(output);
    if (bug) throw new Error(`a worker has met a bug: ${bug[0]}`);
  }
}
