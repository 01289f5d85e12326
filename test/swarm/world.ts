import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { PlannedRow } from '../../src/core/plan.ts';
import { type RunToEndOptions, runToEnd } from '../../src/engine/run-to-end.ts';
import { CliError } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import type { Provider } from '../../src/provider/provider.ts';
import { toSendResult } from '../../src/provider/twilio/send-result.ts';
import { asksNothing } from '../scripted-provider.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { dice } from './dice.ts';
import type { Drawn, DrawnCampaign, DrawnRow } from './draw.ts';
import { historian, senderOf } from './historian.ts';
import type { Happening, Terms } from './history.ts';
import { type Machine, machine, type Process } from './machine.ts';
import { type Mutation, mutate } from './mutations.ts';
import { asAsked, type FakeTwilio, fakeTwilio, rowOf } from './twilio.ts';

// The only file that knows how the code under test is called: where its ports change, this is what has to follow.

/** One schedule's world: a machine with a ledger on its disk, and a provider; all that happens is told. */
export interface World {
  readonly clock: VirtualClock;
  readonly machine: Machine;
  readonly twilio: FakeTwilio;
  readonly mutation: Mutation | undefined;
  /** Where reports are to be sent, if anybody listens. */
  readonly callbackUrl: string | undefined;
  readonly tell: (happening: Happening) => void;
  readonly history: readonly Happening[];
  /** The ledger as somebody else's process sees it, who neither dies nor freezes. */
  readonly ledger: Ledger;
  /** The ledger and the provider as one process sees them. */
  ports(process: Process, terms: Terms): { readonly ledger: Ledger; readonly provider: Provider };
  /** How many messages of a campaign are in which state; none when it is not in the ledger yet. */
  counts(campaign: string): Readonly<Record<string, number>>;
  /** Tells how each message stands in the ledger. */
  tellFinals(): void;
  close(): Promise<void>;
}

/** Where schedules keep their ledgers and lists. */
export const place = mkdtempSync(join(tmpdir(), 'volley-swarm-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));

/** The calls that need room on the disk. */
const writes = new Set([
  'stage',
  'acquire',
  'renew',
  'release',
  'claim',
  'record',
  'resolve',
  'append',
  'cancelPending',
]);
/** What gives its answer bit by bit, or at once. */
const unwrapped = new Set(['messages', 'optOuts', 'close']);

const never = new Promise<never>(() => undefined);

/** Makes a world for a schedule. */
export function openWorld(drawn: Drawn, clock: VirtualClock, mutation?: Mutation): World {
  const { seed, startsAt, weather, machinery } = drawn;
  const history: Happening[] = [];
  const tell = (happening: Happening) => void history.push(happening);
  const folder = mkdtempSync(join(place, 'schedule-'));
  const path = join(folder, 'ledger.db');
  const computer = machine({ clock, startsAt, machinery, tell, on: dice(seed, 'machine') });
  const everybody = drawn.campaigns.flatMap(({ rows, arrivals }) => [...rows, ...arrivals.flatMap((one) => one.rows)]);
  const service = fakeTwilio({ clock, startsAt, weather, everybody, tell, report, on: dice(seed, 'provider') });
  const ledger = openSqliteLedger(path, computer.wall);
  const disk = new DatabaseSync(path);
  const teller = historian({ clock, tell, drawn });
  const disc = dice(seed, 'disk');
  const isFull = () => !computer.isSettled() && disc.chance(machinery.fullDisk);
  const read = disk.prepare('select state, owner from messages where id = ?');
  let requests = 0;
  let isOver = false;

  const states = disk.prepare(`select m.state, count(*) as n from messages m join campaigns c on c.id = m.campaign_id
    where c.ready = 1 and json_extract(m.request, '$.body') like ? group by m.state`);
  const finals = disk.prepare(`select json_extract(m.request, '$.body') as body, m.recipient, m.state, m.sid
    from messages m join campaigns c on c.id = m.campaign_id where c.ready = 1`);

  return {
    ...{ clock, machine: computer, twilio: service, tell, history, ledger: mindful(ledger, undefined) },
    ports: (process, terms) => {
      const ports = { ledger: mindful(ledger, process), provider: wire(process, terms) };
      return mutate(ports, mutation, { wall: computer.wall, timeoutMs: terms.timeoutMs });
    },
    mutation,
    callbackUrl: weather.receipts > 0 ? 'https://listener.example/status' : undefined,
    counts: (name) => {
      const rows = states.all(`${name}-%`) as { state: string; n: number }[];
      return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
    },
    tellFinals: () => {
      for (const one of finals.all() as { body: string; recipient: string; state: string; sid: string | null }[]) {
        const row = rowOf(one.body);
        const campaign = row?.split('-')[0] ?? '';
        tell({ kind: 'final', at: clock.monotonic, campaign, row, to: one.recipient, state: one.state, sid: one.sid });
      }
    },
    close: async () => {
      isOver = true;
      clock.end();
      disk.close();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };

  /** What listens for reports, on the same machine. */
  async function report(url: string, sid: string, row: string): Promise<void> {
    if (isOver) return;
    const messageId = new URL(url).searchParams.get('m') ?? '';
    await ledger.receive([{ sid, status: 'sent', messageId, at: computer.wall(), source: 'callback' }]);
    tell({ kind: 'receipt', at: clock.monotonic, row, sid });
  }

  /** The ledger, told of; through the hands of a process that may freeze and die at every call. */
  function mindful<T extends object>(target: T, process: Process | undefined): T {
    const get = (object: T, name: string): unknown => {
      const method = Reflect.get(object, name);
      if (typeof method !== 'function' || unwrapped.has(name)) return method;
      return async (...args: unknown[]) => {
        if (isOver) return never;
        await weakness(process, true);
        if (process && process.run !== 'recall' && writes.has(name) && isFull())
          throw new CliError('storage', 'The disk is full.');
        const askedAt = clock.monotonic;
        const value: unknown = await method.apply(object, args);
        teller.heard(process?.run ?? 'other', { name, args, value, askedAt });
        await weakness(process, true);
        return name === 'stage' ? mindful(value as object, process) : value;
      };
    };
    return new Proxy(target, { get: (object, name) => get(object, String(name)) });
  }

  async function weakness(process: Process | undefined, mayFreeze: boolean): Promise<void> {
    process?.mayDie();
    if (mayFreeze) process?.mayFreeze();
    await process?.awake();
  }

  function wire(process: Process, { timeoutMs }: Terms): Provider {
    const { run } = process;
    let clockAheadMs: number | undefined;
    const measured = () => {
      clockAheadMs = Math.floor(service.now() / 1000) * 1000 - computer.wall();
      return clockAheadMs;
    };
    const provider = {
      ...asksNothing,
      clockAheadMs: () => clockAheadMs,
      send: async (...[asked, { mayLeave } = {}]: Parameters<Provider['send']>) => {
        if (process.isDead()) await process.awake();
        // A process may stand still while a connection is made.
        await weakness(process, true);
        if (mayLeave && !(await mayLeave())) return toSendResult({ kind: 'not-sent', reason: 'held back' });
        const row = rowOf(asked.body) ?? '?';
        const request = ++requests;
        const id = teller.claimOf(run, row);
        const onDisk = id === undefined ? undefined : (read.get(id) as { state: string; owner: string } | undefined);
        const isScheduled = asked.sendAt !== undefined;
        const wall = computer.wall();
        tell({ kind: 'request', at: clock.monotonic, run, row, request, wall, isScheduled, onDisk });
        const exchange = await service.post(asked, request, timeoutMs);
        await process.awake();
        if (exchange.kind === 'answer') measured();
        const result = toSendResult(exchange);
        const code = 'code' in result ? result.code : undefined;
        tell({ kind: 'answer', at: clock.monotonic, run, row, request, result: result.kind, code });
        await weakness(process, false);
        return result;
      },
      list: async (to: string, account?: string) => {
        if (process.isDead()) await process.awake();
        const listed = await service.list(to, account);
        tell({ kind: 'look', at: clock.monotonic, run, to, ok: listed !== undefined });
        await weakness(process, false);
        if (!listed) return { ok: false as const, reason: 'HTTP 500' };
        return { ok: true as const, messages: listed, clockAheadMs: measured() };
      },
      fetch: async (sid: string) => {
        await clock.sleep(1, new AbortController().signal);
        return service.find(sid);
      },
      account: () => new Promise<never>(() => undefined),
      close: () => undefined,
    };
    return provider;
  }
}

/** A time zone whose clocks show UTC. */
export const zone = 'Africa/Abidjan';

/** A row as a plan has it. */
export function plannedRow(one: DrawnRow, line: number): PlannedRow {
  return {
    ...{ line, key: one.to, to: one.to, sender: senderOf(one), state: 'pending', segments: one.segments },
    ...{ request: asAsked(one), issues: [], warnings: [] },
    ...(one.quietHours !== undefined && { quietHours: `${one.quietHours} ${zone}` }),
  };
}

/** Writes a campaign down, with its prices. Resolves to its id. */
export async function writePlan(ledger: Ledger, { name, rows, price }: DrawnCampaign): Promise<string> {
  const staging = await ledger.stage({ name, stem: name, source: 'swarm' });
  await staging.add(rows.map((one, i) => plannedRow(one, i + 2)));
  const destinations = await staging.destinations();
  await staging.price(
    destinations.map((one) => ({ ...one, unitPrice: price })),
    'USD',
  );
  return (await staging.commit(name)).id;
}

/** What one run is given beside its ports. */
export interface RunAbout {
  readonly campaign: DrawnCampaign;
  readonly terms: Terms;
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal | undefined;
  /** Each item names the senders of messages that have come. */
  readonly arrivals: AsyncIterable<readonly string[]> | undefined;
}

/** Runs a campaign in a process, as the commands do. Resolves to the kind of its end. */
export async function runIn(world: World, process: Process, id: string, about: RunAbout): Promise<string> {
  const { campaign, terms, signal, deadline, arrivals } = about;
  const { ledger, provider } = world.ports(process, terms);
  const acquire = ledger.acquire as (...args: readonly unknown[]) => ReturnType<Ledger['acquire']>;
  const lease = await acquire(id, { host: 'simulated', pid: 1 }, { maxCost: terms.maxCost });
  if ('heldBy' in lease) return 'held';
  const spent = (await ledger.report(id)).cost.amount ?? 0;
  const on = dice(Number(process.run.replace(/\D/g, '')), 'run');
  const options = {
    ...{ ledger, provider, random: on.roll, sleep: process.sleep },
    now: world.machine.wall,
    monotonic: world.mutation === 'wall-clock' ? world.machine.wall : world.machine.monotonic,
    ...{ retry: { baseDelayMs: 500, maxDelayMs: 30_000 }, retryForMs: campaign.retryForMs },
    ...{ signal, deadline, arrivals, sendFirst: !terms.settlesFirst, spent: terms.maxCost === undefined ? 0 : spent },
    ...terms,
    callbackUrl: world.callbackUrl,
  };
  let end = await runToEnd(lease, options as unknown as RunToEndOptions);
  const wasSettled = () =>
    world.history.some((one) => one.kind === 'answer' && one.run === process.run && one.result === 'unknown');
  if (world.mutation === 'limit-per-round' && end.kind === 'limit' && wasSettled())
    end = await runToEnd(lease, { ...options, sendFirst: true } as unknown as RunToEndOptions);
  const counts = world.counts(campaign.name);
  world.tell({ kind: 'end', at: world.clock.monotonic, run: process.run, end: end.kind, counts });
  await ledger.release(lease);
  return end.kind;
}
