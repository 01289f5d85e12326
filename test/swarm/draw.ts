import { type Dice, dice } from './dice.ts';
import type { Terms } from './history.ts';
import type { Mutation } from './mutations.ts';

/** One message that somebody wants to send. */
export interface DrawnRow {
  /** Names it everywhere; the first word of its text. */
  readonly row: string;
  readonly to: string;
  readonly from: string | undefined;
  readonly service: string | undefined;
  readonly account: string | undefined;
  readonly body: string;
  readonly segments: number;
  readonly quietHours: string | undefined;
}

/** Somebody who opts out in mid-run. Times in milliseconds from the start. */
export interface DrawnOptOut {
  readonly atMs: number;
  readonly to: string;
  readonly sender: string | undefined;
}

/** How a campaign is run. */
export interface DrawnCampaign {
  readonly name: string;
  readonly command: 'engine' | 'batch' | 'stream' | 'send';
  readonly rows: readonly DrawnRow[];
  /** Rows that come while a run is at it, in milliseconds from its start. */
  readonly arrivals: readonly { readonly atMs: number; readonly rows: readonly DrawnRow[] }[];
  readonly terms: Terms;
  readonly retryForMs: number;
  readonly price: number;
  readonly recallAtMs: number | undefined;
  /** When somebody pauses it from elsewhere, and for how long, in milliseconds. */
  readonly pauses: readonly { readonly atMs: number; readonly forMs: number }[];
  /** When each of the first runs is interrupted, in milliseconds from its start. */
  readonly interrupts: readonly (number | undefined)[];
  /** How long after the first run another process tries the same campaign. */
  readonly rivalAtMs: number | undefined;
  readonly undoMs: number | undefined;
  readonly startsAtMs: number;
}

/** How the provider and the network behave: shares of all requests, times in milliseconds. */
export interface Weather {
  readonly latencyMs: number;
  readonly busy: number;
  readonly unreachable: number;
  readonly errorBefore: number;
  readonly errorAfter: number;
  readonly resetBefore: number;
  readonly resetAfter: number;
  readonly late: number;
  readonly torn: number;
  readonly queueFull: number;
  readonly badNumber: number;
  readonly stopped: number;
  readonly badSender: boolean;
  readonly refusedFromMs: number | undefined;
  readonly listFails: number;
  readonly listLagMs: number;
  readonly rewrites: boolean;
  readonly foreign: number;
  readonly foreignTwin: boolean;
  /** Of how many messages a report comes; 0: none is asked for. */
  readonly receipts: number;
}

/** What goes wrong with the machine: shares of all calls, times in milliseconds from the start. */
export interface Machinery {
  readonly deaths: number;
  readonly freezes: number;
  readonly fullDisk: number;
  /** How far the machine's clock is ahead of the provider's. */
  readonly skewMs: number;
  readonly steps: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly suspends: readonly { readonly atMs: number; readonly forMs: number }[];
}

/** Everything about one schedule. */
export interface Drawn {
  readonly seed: number;
  readonly startsAt: number;
  readonly campaigns: readonly DrawnCampaign[];
  readonly optOutsBefore: readonly DrawnOptOut[];
  readonly optOuts: readonly DrawnOptOut[];
  readonly weather: Weather;
  readonly machinery: Machinery;
}

/** What a caller may ask of the draw. */
export interface DrawOptions {
  readonly maxSenders?: number;
  /** A bug that is put into the code under test. */
  readonly mutation?: Mutation | undefined;
}

interface Sender {
  readonly from: string | undefined;
  readonly service: string | undefined;
  readonly account: string | undefined;
}

/** Draws a schedule: all that a user can vary, and all that can go wrong meanwhile. */
export function draw(seed: number, { maxSenders = 500 }: DrawOptions = {}): Drawn {
  const on = dice(seed, 'draw');
  const startsAt = Date.parse('2026-11-23T00:00:00Z') + on.int(0, 86_400) * 1000;
  const senders = drawSenders(on, maxSenders);
  const names = on.chance(0.2) ? ['c0', 'c1'] : ['c0'];
  const machinery = drawMachinery(on);
  const doom = on.chance(0.07) ? on.pick(['refused', 'unanswered'] as const) : undefined;
  const campaigns = names.map((name) => ({
    ...drawCampaign(name, { senders, machinery, doom, on }),
    pauses: drawPauses(dice(seed, `pauses ${name}`)),
  }));
  const everybody = campaigns.flatMap(({ rows, arrivals }) => [...rows, ...arrivals.flatMap((group) => group.rows)]);
  const optOuts = (share: number): DrawnOptOut[] =>
    on.chance(0.3) ? everybody.filter(() => on.chance(share)).map((one) => drawOptOut(one, on)) : [];
  return {
    ...{ seed, startsAt, campaigns },
    optOutsBefore: optOuts(0.1),
    optOuts: optOuts(0.2),
    weather: { ...drawWeather(on), ...(doom && doomed[doom]) },
    machinery,
  };
}

function drawSenders(on: Dice, max: number): Sender[] {
  const upTo = on.weighted([25, 1], [20, 2], [15, 4], [20, 10], [15, 60], [5, 500]);
  const count = on.int(1, Math.min(max, upTo));
  const accounts = on.chance(0.25) ? [undefined, `AC${'b'.repeat(32)}`, `AC${'c'.repeat(32)}`] : [undefined];
  return Array.from({ length: count }, (_, i) => {
    const number = `+1415${String(2_000_000 + i)}`;
    const isService = on.chance(0.15);
    // The same number in two accounts is two senders.
    const shared = { account: on.pick(accounts) };
    return isService
      ? { ...shared, from: undefined, service: `MG${String(i).padStart(32, '0')}` }
      : { ...shared, from: on.chance(0.1) ? '+14152000000' : number, service: undefined };
  });
}

/** What makes nearly every message fail alike, so that going on makes no sense. */
const doomed = { refused: { badNumber: 0.95 }, unanswered: { resetBefore: 0.95, badNumber: 0 } } as const;

interface CampaignSource {
  readonly senders: readonly Sender[];
  readonly machinery: Machinery;
  readonly doom: keyof typeof doomed | undefined;
  readonly on: Dice;
}

function drawPauses(on: Dice): DrawnCampaign['pauses'] {
  if (!on.chance(0.25)) return [];
  let atMs = 0;
  return Array.from({ length: on.int(1, 3) }, () => {
    atMs += on.skewed(1, 30_000);
    const forMs = on.skewed(100, 300_000);
    const pause = { atMs, forMs };
    atMs += forMs;
    return pause;
  });
}

function drawCampaign(name: string, { senders, machinery, doom, on }: CampaignSource): Omit<DrawnCampaign, 'pauses'> {
  const command = on.weighted<DrawnCampaign['command']>([70, 'engine'], [16, 'batch'], [8, 'stream'], [6, 'send']);
  const count = doom && command !== 'send' ? on.int(60, 150) : countRows(command, senders.length, on);
  const hasQuietHours = command === 'engine' || command === 'batch';
  const quietHours = hasQuietHours && on.chance(0.15) ? drawQuietHours(on) : undefined;
  const start = on.int(0, 400);
  const made = Array.from({ length: count }, (_, i) => drawRow(`${name}-${i}`, start + i, { senders, quietHours, on }));
  // One command has one sender and one text for all it is told to send to.
  const rows = command === 'send' ? made.map((one) => ({ ...one, ...on.pick([senders[0] ?? one]) })) : made;
  const streams = command === 'stream' || (command === 'engine' && on.chance(0.15));
  const early = streams ? on.int(0, count) : count;
  const price = 0.0079;
  return {
    ...{ name, command, price, quietHours },
    rows: command === 'stream' ? [] : rows.slice(0, early),
    arrivals: drawArrivals(rows.slice(command === 'stream' ? 0 : early), on),
    terms: { ...drawTerms(count, price, command, on), ...(doom && { noBreaker: false }) },
    retryForMs: on.pick([15_000, 60_000, 600_000]),
    recallAtMs: on.chance(0.12) ? on.skewed(10, 120_000) : undefined,
    interrupts: Array.from({ length: 4 }, () => (on.chance(0.12) ? on.skewed(1, 90_000) : undefined)),
    // A lease is lost only to somebody who waits for it while its holder stands still.
    rivalAtMs: on.chance(machinery.freezes > 0 ? 0.6 : 0.15) ? on.skewed(1, 120_000) : undefined,
    undoMs: on.chance(0.1) ? 5000 : undefined,
    startsAtMs: name === 'c0' ? 0 : on.skewed(1, 60_000),
  };
}

function countRows(command: DrawnCampaign['command'], senders: number, on: Dice): number {
  if (command === 'send') return 1;
  const many = senders > 60 || on.chance(0.01) ? on.int(200, 700) : 2;
  return Math.max(many, on.weighted([30, on.int(1, 6)], [50, on.int(2, 30)], [20, on.int(20, 80)]));
}

interface RowSource {
  readonly senders: readonly Sender[];
  readonly quietHours: string | undefined;
  readonly on: Dice;
}

function drawRow(row: string, person: number, { senders, quietHours, on }: RowSource): DrawnRow {
  const text = on.pick(['hello', 'your “parcel” waits…', 'see https://example.com/a?b=1 today', '  it’s two  spaces ']);
  const segments = on.chance(0.1) ? on.int(2, 3) : 1;
  const body = `${row} ${text}${' and so on'.repeat(segments === 1 ? 0 : segments * 12)}`.trim();
  return { row, to: `+1415555${String(1000 + person)}`, body, segments, quietHours, ...on.pick(senders) };
}

function drawQuietHours(on: Dice): string {
  const from = on.int(0, 23);
  const two = (hour: number) => String(hour % 24).padStart(2, '0');
  return `${two(from)}:00-${two(from + on.int(1, 12))}:00`;
}

function drawArrivals(rows: readonly DrawnRow[], on: Dice): DrawnCampaign['arrivals'] {
  const groups: { atMs: number; rows: readonly DrawnRow[] }[] = [];
  let atMs = 0;
  for (let done = 0; done < rows.length; ) {
    const size = on.int(1, Math.max(1, rows.length / 3));
    atMs += on.skewed(1, 20_000);
    groups.push({ atMs, rows: rows.slice(done, done + size) });
    done += size;
  }
  return groups;
}

function drawTerms(rows: number, price: number, command: DrawnCampaign['command'], on: Dice): Terms {
  const terms: Terms = {
    concurrency: on.weighted([20, 1], [30, 4], [30, 16], [20, 64]),
    perSecond: on.chance(0.4) ? on.pick([0.5, 1, 2, 5, 10, 30, 100]) : undefined,
    limit: on.chance(0.25) ? Math.max(1, Math.ceil(rows * (0.2 + on.roll()))) : undefined,
    maxCost: on.chance(0.2) ? Math.round(rows * price * (0.3 + on.roll()) * 1e4) / 1e4 : undefined,
    onUnknown: on.chance(0.6) ? 'resend' : 'hold',
    resolveMs: on.pick([20_000, 60_000]),
    timeoutMs: on.pick([5000, 30_000]),
    noBreaker: on.chance(0.4),
    deadlineMs: on.chance(0.1) ? Math.ceil(on.skewed(500, 300_000)) : undefined,
    settlesFirst: false,
  };
  // Commands find prices by themselves, and take their times from the real clock.
  return command === 'engine' ? terms : { ...terms, maxCost: undefined, deadlineMs: undefined };
}

function drawOptOut({ to, from, service, account }: DrawnRow, on: Dice): DrawnOptOut {
  const sender = `${from ?? service}${account === undefined ? '' : ` of ${account}`}`;
  return { to, atMs: on.skewed(1, 120_000), sender: on.chance(0.5) ? sender : undefined };
}

function drawWeather(on: Dice): Weather {
  // Some schedules know only fair weather, some one fault often, most a little of some.
  const mood = on.weighted([15, 0], [65, 0.05], [20, 0.4]);
  const share = (often = 0.5) => (on.chance(often) ? on.roll() * mood : 0);
  return {
    latencyMs: on.pick([5, 80, 500, 2000]),
    ...{ busy: share(), unreachable: share(), errorBefore: share(), errorAfter: share() },
    ...{ resetBefore: share(), resetAfter: share(), late: share(0.4), torn: share(), queueFull: share(0.2) },
    badNumber: on.weighted([60, 0], [30, 0.05], [10, 0.95]),
    stopped: on.chance(0.2) ? 0.1 : 0,
    badSender: on.chance(0.07),
    refusedFromMs: on.chance(0.05) ? on.skewed(10, 60_000) : undefined,
    listFails: share(),
    // Past half a wait only seldom: what a resend risks then is its stated hazard.
    listLagMs: on.weighted([40, 0], [50, 8000], [10, 90_000]),
    rewrites: on.chance(0.3),
    foreign: on.chance(0.3) ? 0.5 : 0,
    foreignTwin: on.chance(0.05),
    receipts: on.chance(0.25) ? 0.8 : 0,
  };
}

function drawMachinery(on: Dice): Machinery {
  const signed = (ms: number) => (on.chance(0.5) ? ms : -ms);
  return {
    deaths: on.weighted([50, 0], [30, 0.004], [20, 0.02]),
    freezes: on.weighted([70, 0], [30, 0.008]),
    fullDisk: on.weighted([85, 0], [15, 0.004]),
    skewMs: on.chance(0.4) ? signed(on.skewed(500, 3_600_000)) : 0,
    steps: on.chance(0.25)
      ? [{ atMs: on.skewed(1, 120_000), byMs: signed(Math.round(on.skewed(5000, 3_600_000))) }]
      : [],
    suspends: on.chance(0.1) ? [{ atMs: on.skewed(1, 60_000), forMs: Math.round(on.skewed(3000, 3_600_000)) }] : [],
  };
}
