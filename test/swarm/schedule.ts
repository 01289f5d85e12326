import { virtualClock } from '../virtual-clock.ts';
import { judge, type Verdict } from './checker.ts';
import { recallByCommand, runCommand } from './commands.ts';
import { type Dice, dice } from './dice.ts';
import { type Drawn, type DrawnCampaign, type DrawOptions, draw } from './draw.ts';
import { senderOf } from './historian.ts';
import type { Happening, Terms } from './history.ts';
import type { Process } from './machine.ts';
import { warmUp } from './warm-up.ts';
import { openWorld, plannedRow, runIn, type World, writePlan } from './world.ts';

/** What a schedule came to. */
export interface Outcome extends Verdict {
  readonly seed: number;
  readonly senders: number;
  /** How much virtual time passed, and how often the event loop was turned for it. */
  readonly virtualMs: number;
  readonly turns: number;
}

/** How many runs of a campaign have weather, and how many may follow until it is at rest. */
const stormyLives = 4;
const mostLives = 40;

const stays: readonly string[] = ['sender', 'budget'];

const warm = warmUp();

/** Longer than any run takes here, in milliseconds. */
const longestRunMs = 12 * 3_600_000;
const forever = new AbortController().signal;

/** Runs one schedule until all of it is at rest, and has it judged. */
export async function runSchedule(
  seed: number,
  options: DrawOptions = {},
  look: (history: readonly Happening[]) => void = () => undefined,
): Promise<Outcome> {
  await warm;
  const drawn = draw(seed, options);
  const clock = virtualClock(drawn.startsAt, readsFiles);
  const world = openWorld(drawn, clock, options.mutation);
  try {
    const optOut = ({ to, sender }: { to: string; sender: string | undefined }) => {
      const one = { address: to, source: 'manual', at: world.machine.wall() };
      return world.ledger.addOptOuts([sender === undefined ? one : { ...one, sender }]);
    };
    for (const one of drawn.optOutsBefore) await optOut(one);
    for (const one of drawn.optOuts) void clock.sleep(one.atMs, forever).then(() => optOut(one));
    const { runs } = { runs: { count: 0 } };
    const on = dice(seed, 'schedule');
    await Promise.all(drawn.campaigns.map((campaign) => live({ world, drawn, campaign, on, runs })));
    world.tellFinals();
    look(world.history);
    const senders = new Set(drawn.campaigns.flatMap(({ rows }) => rows.map(({ from, service }) => from ?? service)));
    const measured = { seed, senders: senders.size, virtualMs: clock.monotonic, turns: clock.turns };
    return { ...measured, ...judge(world.history) };
  } catch (error) {
    look(world.history);
    throw error;
  } finally {
    await world.close();
  }
}

/** True while Node reads a file or a module: time must not fly meanwhile. */
function readsFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}

/** One campaign in its world. */
export interface Life {
  readonly world: World;
  readonly drawn: Drawn;
  readonly campaign: DrawnCampaign;
  readonly on: Dice;
  /** Numbers the runs of all campaigns. */
  readonly runs: { count: number };
}

/** One run of a campaign. */
export interface Run extends Life {
  readonly process: Process;
  readonly number: number;
  readonly terms: Terms;
  readonly signal: AbortSignal;
}

/** Runs a campaign again and again, in bad weather and then in calm, until nothing of it moves. */
async function live(life: Life): Promise<void> {
  const { world, drawn, campaign, on } = life;
  const { clock, machine, twilio, tell } = world;
  await clock.sleep(campaign.startsAtMs, forever);
  const source = campaign.command === 'engine' ? await begin(life) : undefined;
  const { recallAtMs, rivalAtMs } = campaign;
  if (recallAtMs !== undefined) void clock.sleep(recallAtMs, forever).then(() => recall(life, source?.id));
  for (const one of campaign.pauses) void pause(life, source?.id, one);
  const rival = rivalAtMs === undefined || !source ? Promise.resolve() : compete(life, source);
  let before = '';
  for (let number = 0; number < mostLives; number++) {
    const isCalm = number >= stormyLives;
    if (isCalm) {
      twilio.clear();
      machine.settle();
    }
    const end = await runOnce(life, number, source);
    const counts = world.counts(campaign.name);
    const { pending = 0, claimed = 0, unknown = 0 } = counts;
    const state = JSON.stringify(counts);
    const isDone = pending + claimed === 0 && source?.isDry() !== false;
    const mayRest = ['finished', 'budget', 'sender', 'exit 0', 'exit 3', 'exit 6', 'exit 8'].includes(end);
    if (isDone && unknown === 0 && state !== '{}') return rival;
    // Nothing more of a campaign that was called back is taken in.
    if (isCalm && end === 'recalled' && pending + claimed === 0) return rival;
    // A sender that is refused, and a budget that is spent, stay so.
    if (isCalm && claimed === 0 && (state === before || stays.includes(end) || drawn.weather.badSender) && mayRest)
      return rival;
    if (isCalm) before = state;
    // What waits for quiet hours to end has hours to wait.
    await clock.sleep(end === 'deferred' || number > 8 ? on.skewed(600_000, 5e7) : on.skewed(1000, 150_000), forever);
  }
  tell({ kind: 'stuck', at: clock.monotonic, run: campaign.name });
}

/** What a campaign without a command needs: its id, and what is still to come into it. */
interface Source {
  readonly id: string;
  readonly isDry: () => boolean;
  readonly arrivals: (
    process: Process,
    ledger: World['ledger'],
    signal: AbortSignal,
  ) => AsyncIterable<readonly string[]>;
}

async function begin({ world, campaign }: Life): Promise<Source> {
  const id = await writePlan(world.ledger, campaign);
  const left = [...campaign.arrivals];
  return {
    id,
    isDry: () => left.length === 0,
    arrivals: async function* (process, ledger, signal) {
      const startedAt = world.machine.monotonic();
      for (let group = left[0]; group && !signal.aborted; group = left[0]) {
        await process.sleep(startedAt + group.atMs - world.machine.monotonic(), signal);
        if (signal.aborted) return;
        await ledger.append(
          id,
          group.rows.map((one, i) => plannedRow(one, i + 2)),
        );
        if (left[0] === group) left.shift();
        yield group.rows.map(senderOf);
      }
    },
  };
}

/** One run, from its start to its end or death; resolves to how it ended. */
async function runOnce(life: Life, number: number, source: Source | undefined, isRival = false): Promise<string> {
  const { world, drawn, campaign, runs } = life;
  const { clock, machine, tell } = world;
  const isCalm = number >= stormyLives;
  const run = `${campaign.name}#${runs.count++} of ${drawn.seed}`;
  const process = machine.start(run);
  const settlesFirst = number > 0 && !isCalm && life.on.chance(0.2);
  const terms = isCalm ? calm(campaign.terms) : { ...campaign.terms, settlesFirst };
  tell({ kind: 'begin', at: clock.monotonic, run, campaign: campaign.name, terms });
  const stop = new AbortController();
  let isOver = false;
  const interruptMs = isRival ? undefined : campaign.interrupts[number];
  if (interruptMs !== undefined) {
    void clock.sleep(interruptMs, forever).then(() => {
      if (isOver || process.isDead()) return;
      tell({ kind: 'interrupt', at: clock.monotonic, run });
      stop.abort();
    });
  }
  const whole: Run = { ...life, process, number, terms, signal: stop.signal };
  const working = source ? runEngine(whole, source, isRival) : runCommand(whole);
  const watch = new AbortController();
  const tooLong = clock.sleep(longestRunMs, watch.signal).then(() => 'stuck');
  const end = await Promise.race([working, process.died, tooLong]);
  isOver = true;
  watch.abort();
  if (end === 'stuck') {
    tell({ kind: 'stuck', at: clock.monotonic, run });
    throw new Error(`${run} does not end in ${longestRunMs / 3_600_000} h`);
  }
  return end;
}

/** Terms without what ends a run early, so that a campaign comes to rest. */
const calm = (terms: Terms): Terms => ({ ...terms, limit: undefined, deadlineMs: undefined, noBreaker: true });

async function runEngine(run: Run, source: Source, isRival: boolean): Promise<string> {
  const { world, campaign, process, terms, signal } = run;
  const { ledger } = world.ports(process, terms);
  const deadline = terms.deadlineMs === undefined ? undefined : new AbortController();
  if (deadline) void process.sleep(terms.deadlineMs ?? 0, signal).then(() => deadline.abort());
  const takesArrivals = !isRival && !terms.settlesFirst && !source.isDry();
  const arrivals = takesArrivals ? source.arrivals(process, ledger, signal) : undefined;
  try {
    const about = { campaign, terms, signal, deadline: deadline?.signal, arrivals };
    return await runIn(world, process, source.id, about);
  } catch (error) {
    if ((error as { code?: string }).code === 'storage') return 'storage';
    throw error;
  }
}

/** Another process that tries for the same campaign, a few times. */
async function compete(life: Life, source: Source): Promise<void> {
  const { clock } = life.world;
  await clock.sleep(life.campaign.rivalAtMs ?? 0, forever);
  for (let tries = 0; tries < 12; tries++) {
    if ((await runOnce(life, 0, source, true)) !== 'held') return;
    await clock.sleep(life.on.skewed(1000, 60_000), forever);
  }
}

async function recall({ world, campaign }: Life, id: string | undefined): Promise<void> {
  if (id === undefined) await recallByCommand(world, campaign);
  else await world.ledger.cancelPending(id);
}

async function pause(
  { world: { clock, ledger } }: Life,
  id: string | undefined,
  { atMs, forMs }: DrawnCampaign['pauses'][number],
): Promise<void> {
  if (id === undefined) return;
  await clock.sleep(atMs, forever);
  await ledger.pause(id, true);
  await clock.sleep(forMs, forever);
  await ledger.pause(id, false);
}
