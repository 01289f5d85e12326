import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { seededRandom } from '../../src/simulator/faults.ts';
import { from } from '../context.ts';
import { installation, simulated } from '../e2e/volley.ts';
import { crashingBinary } from './crash-points.ts';
import { type Tally, takeStock } from './invariants.ts';

/** Eleven kinds of server fault, about a tenth of all requests. */
export const stormyFaults: readonly string[] = [
  '429=0.01',
  '500-before=0.01',
  '500-after=0.01',
  '503-after=0.01',
  'reset-before-read=0.01',
  'reset-after-read=0.01',
  'reset-after-create=0.01',
  'torn-201=0.01',
  'hang=0.005',
  'hang-created=0.005',
  'late-create=0.01',
];

/** One campaign under fire. */
export interface Storm {
  readonly rows: number;
  readonly seed: number;
  /** How often to kill a process before the campaign is let finish. */
  readonly kills: number;
  /** How many processes run the campaign at once. */
  readonly processes?: number;
  /** How many numbers the campaign is sent from. */
  readonly senders?: number;
  readonly faults?: readonly string[];
}

const quick = [
  '--timeout',
  '500ms',
  '--settle',
  '700ms',
  '--concurrency',
  '32',
  '--yes',
  '--json',
  '--on-unknown',
  'resend',
];
const text = ['--body', 'Hi {{ name }}', '--campaign', 'storm'];

/** A list of people, each with the number that texts them. */
function listOf(rows: number, senders: number): { readonly csv: string; readonly to: readonly string[] } {
  const to = Array.from({ length: rows }, (_, i) => `+1415555${String(i).padStart(4, '0')}`);
  const lines = to.map((number, i) => `${number},Ada ${i},+1415560${String(i % senders).padStart(4, '0')}`);
  return { csv: `to,name,from\n${lines.join('\n')}\n`, to };
}

/** Longer than any run takes here without a kill, and how soon one must end that is asked to, in milliseconds. */
const hangsMs = 120_000;
const farewellMs = 2500;

/** How many processes wait for each core: a run on a crowded machine ends as much later as it gets less of it. */
const crowding = () => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Runs the real binary on a campaign, kills it at random moments, and lets it finish. Throws when a promise breaks. */
export async function survive({
  rows,
  seed,
  kills,
  processes = 1,
  senders = 1,
  faults = stormyFaults,
}: Storm): Promise<Tally & { kills: number }> {
  const random = seededRandom(seed);
  const { simulator, start, folder, ledger } = await simulated({ faults, seed, latencyMs: 2 });
  const list = listOf(rows, senders);
  writeFileSync(join(folder, 'list.csv'), list.csv);
  const outputs: string[] = [];
  const lifeMs = 350 + rows * 1.2;
  let killed = 0;
  try {
    while (killed < kills) {
      const runs = Array.from({ length: processes }, () => start('batch', 'list.csv', ...text, ...quick));
      const victims = runs.map(async ({ child, ended }) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), random() * lifeMs);
        const { code, stdout, stderr } = await ended;
        clearTimeout(timer);
        outputs.push(stdout, stderr);
        return code;
      });
      const codes = await Promise.all(victims);
      killed += codes.filter((code) => code === null).length;
      if (codes.every((code) => code === 0)) break;
      // Now and then one is asked to end, in place of being killed.
      if (random() < 0.2) outputs.push(...(await endPolitely(start, random() * lifeMs)));
    }
    await finish(start, outputs);
    for (const output of outputs) if (output.includes(simulator.authToken)) throw new Error('a secret was printed');
    return { ...takeStock(ledger, simulator.truth(), list.to, [simulator.authToken]), kills: killed };
  } catch (error) {
    throw new Error(`seed ${seed}, ${rows} rows, ${senders} senders, ${killed} kills: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await simulator.close();
  }
}

type Start = ReturnType<typeof installation>['start'];

/** Asks a run to end by SIGTERM. Throws unless it does at once; resolves to what it printed. */
async function endPolitely(start: Start, afterMs: number): Promise<string[]> {
  const { child, ended } = start('batch', 'list.csv', ...text, ...quick);
  let askedAt = 0;
  const ask = setTimeout(() => {
    askedAt = Date.now();
    child.kill('SIGTERM');
  }, afterMs);
  const { stdout, stderr } = await orHang(child, ended);
  clearTimeout(ask);
  const tookMs = askedAt === 0 ? 0 : Date.now() - askedAt;
  if (tookMs > farewellMs * crowding()) throw new Error(`a run takes ${tookMs} ms to end when it is asked to`);
  return [stdout, stderr];
}

/** What a run ends with. Throws, and kills it, when it does not end by itself. */
async function orHang(child: ReturnType<Start>['child'], ended: ReturnType<Start>['ended']) {
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, hangsMs);
  const end = await ended;
  clearTimeout(timer);
  if (hangs) throw new Error(`a run hangs: ${end.stderr}`);
  return end;
}

/** Lets the campaign run until nothing of it is open. */
async function finish(start: Start, outputs: string[]): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const { child, ended } = start('batch', 'list.csv', ...text, ...quick);
    const { code, stdout, stderr } = await orHang(child, ended);
    outputs.push(stdout, stderr);
    if (code === 0) return;
    if (code !== 8 && code !== 7) throw new Error(`a run without a kill ended with ${code}: ${stderr}`);
  }
  throw new Error('the campaign does not come to an end');
}

/** One run that is made to crash. */
export interface Crash {
  /** Where, as in `crash-points.ts`, and the how manieth time it comes by. */
  readonly point: string;
  readonly k: number;
  readonly rows: number;
  readonly senders: number;
  readonly faults: readonly string[];
}

/** Crashes the real binary at a named point, and lets the campaign finish. */
export async function surviveCrash({ point, k, rows, senders, faults }: Crash): Promise<Tally & { died: boolean }> {
  const { simulator, env, start, folder, ledger } = await simulated({ faults, seed: k });
  const list = listOf(rows, senders);
  writeFileSync(join(folder, 'list.csv'), list.csv);
  const told = { ...env, CRASH_POINT: point, CRASH_K: String(k) };
  const crashing = installation(told, folder, crashingBinary(point));
  try {
    const { child, ended } = crashing.start('batch', 'list.csv', ...text, ...quick);
    const { code, stderr } = await orHang(child, ended);
    if (code !== null && code !== 0 && code !== 8) throw new Error(`${point} ended with ${code}: ${stderr}`);
    await finish(start, []);
    return { ...takeStock(ledger, simulator.truth(), list.to, [simulator.authToken]), died: code === null };
  } catch (error) {
    throw new Error(`${point} × ${k}, ${senders} senders: ${(error as Error).message}`, { cause: error });
  } finally {
    await simulator.close();
  }
}

/** What a client does that tries again whenever it got no answer: how many messages too many on the same seed. */
export async function retryBlindly({ rows, seed, faults = stormyFaults }: Omit<Storm, 'kills'>): Promise<number> {
  const { simulator } = await simulated({ faults, seed });
  const { url: baseUrl, accountSid, authToken } = simulator;
  const provider = twilioProvider({
    credentials: { accountSid, user: accountSid, secret: authToken },
    baseUrl,
    timeoutMs: 500,
  });
  const queue = [...listOf(rows, 1).to];
  const work = async () => {
    for (let to = queue.pop(); to; to = queue.pop()) {
      for (let attempt = 0; attempt < 8; attempt++) {
        if ((await provider.send({ to, from, body: 'Hi' })).kind === 'accepted') break;
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
  const created = simulator.truth();
  const doubled = created.length - new Set(created.map(({ to }) => to)).size;
  provider.close();
  await simulator.close();
  return doubled;
}
