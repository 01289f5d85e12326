import type { MessageRequest, SendResult } from '../core/message.ts';
import { afterSend, type Effect, type RetryPolicy } from '../core/outcome/after-send.ts';
import { type Breaker, breaker } from '../core/outcome/breaker.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import type { Fitted } from '../core/recipient/openings.ts';
import { readLocalQuietHours } from '../core/recipient/quiet-hours.ts';
import type { Claim, Lease, Ledger } from '../ledger/ledger.ts';
import type { Transport } from '../transport/transport.ts';
import { type Budget, budget } from './budget.ts';
import { concurrencyLimit } from './concurrency.ts';
import { keepLease } from './heartbeat.ts';
import { type Pacer, pacer } from './pace.ts';
import { type Recorder, recorder } from './recorder.ts';
import { type RunState, runState } from './run-state.ts';

/** What a run works with. Times in milliseconds. */
export interface RunOptions {
  readonly ledger: Ledger;
  readonly transport: Transport;
  readonly retry: RetryPolicy;
  /** How long to go on while Twilio takes nothing: out of reach, or busy. */
  readonly retryForMs: number;
  readonly concurrency: number;
  /** Messages a second for each sender; absent: as fast as they are taken. */
  readonly perSecond?: number | undefined;
  /** The most messages to send in this run. */
  readonly limit?: number | undefined;
  /** The most that the whole campaign may cost, and what it has cost so far. */
  readonly maxCost?: number | undefined;
  readonly spent?: number | undefined;
  /** Where callbacks go that carry our own id of the message; for messages that name no place of their own. */
  readonly callbackUrl?: string | undefined;
  /** More messages are on their way into the ledger: each item says that some have come, the end that all have. */
  readonly arrivals?: AsyncIterable<void> | undefined;
  readonly signal: AbortSignal;
  /** Aborted when time is up; ends the run as an interrupt does. */
  readonly deadline?: AbortSignal | undefined;
  /** Goes on even when most of the last messages failed alike. */
  readonly noBreaker?: boolean | undefined;
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never throws. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly onResult?: ((result: SendResult, claim: Claim) => void) | undefined;
}

/** Between a claim and its request lie microseconds; this long means that the process stood still, in milliseconds. */
const frozenMs = 2000;

/**
 * Sends every pending message of a campaign, one lane for each sender.
 *
 * Ends when none is left, or soon after `signal`: requests that are out are waited for and recorded.
 */
export async function runCampaign(lease: Lease, options: RunOptions): Promise<RunEnd> {
  const { ledger, signal, deadline, now, retryForMs, limit = Number.POSITIVE_INFINITY } = options;
  const concurrency = concurrencyLimit(options.concurrency);
  const state = runState({ signal, deadline, now, retryForMs, limit, concurrency });
  const { fail: onFailure } = state;
  const results = recorder({ ledger, lease, sleep: options.sleep, signal: state.signal, onFailure });
  const cost = budget(options.maxCost, options.spent ?? 0);
  const run: Run = { ...options, lease, state, results, cost, breaker: breaker() };
  const lost = () => state.stop({ kind: 'lost-lease' });
  const stopRenewing = keepLease({ ledger, lease, sleep: options.sleep, lost, failed: state.fail });
  try {
    await workLanes(run);
    await state.allBack();
    await results.flush();
    // Without the lease the last results were not taken, and what the ledger says is another run's work.
    if (!(await ledger.renew(lease))) state.stop({ kind: 'lost-lease' });
  } finally {
    stopRenewing();
  }
  return state.end();
}

/** Works one lane for each sender that has messages, until there are none, and none are to come. */
async function workLanes(run: Run): Promise<void> {
  const { state, ledger, lease, arrivals = nothing() } = run;
  const lanes = new Map<string, Promise<void>>();
  let looks = 0;
  const work = async (sender: string): Promise<void> => {
    for (let seen = -1; seen !== looks; ) {
      seen = looks;
      // A sender that stopped keeps its place, so that no later arrival starts it again.
      if (await workLane(sender, run)) return;
    }
    lanes.delete(sender);
  };
  const look = async (): Promise<void> => {
    looks++;
    for (const { sender } of await ledger.queues(lease.campaignId)) {
      if (!lanes.has(sender)) lanes.set(sender, work(sender).catch(state.fail));
    }
  };
  await look();
  for await (const _ of untilAborted(arrivals, state.signal)) await look();
  await Promise.all(lanes.values());
}

async function* nothing(): AsyncGenerator<void> {}

/** The items of a source until a signal; what the source does afterwards is nobody's business. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next === undefined || next.done) return;
    yield next.value;
  }
}

interface Run extends RunOptions {
  readonly lease: Lease;
  readonly state: RunState;
  readonly results: Recorder;
  readonly breaker: Breaker;
  readonly cost: Budget;
}

/** A retry comes sooner; what is due later than this waits for quiet hours to end, and a run does not, in milliseconds. */
const longestWaitMs = 600_000;

interface Lane {
  readonly sender: string;
  readonly pace: Pacer;
  out: number;
  pausedUntil: number;
  stopped: boolean;
}

/** Sends one sender's messages until none is left; true when it must not be asked again in this run. */
async function workLane(sender: string, run: Run): Promise<boolean> {
  const { state, now, sleep } = run;
  const lane: Lane = { sender, pace: pacer(run.perSecond, now), out: 0, pausedUntil: 0, stopped: false };
  while (!state.signal.aborted && !lane.stopped && !state.isSpent()) {
    const pauseMs = Math.max(state.pausedUntil(), lane.pausedUntil) - now();
    const free = state.freeSlots();
    if (pauseMs > 0) await sleep(pauseMs, state.signal);
    else if (free <= 0) await state.change();
    else {
      const { granted, waitMs } = lane.pace.take(free);
      if (granted === 0) await sleep(waitMs, state.signal);
      else if (!(await sendSome(lane, granted, run))) break;
    }
  }
  return lane.stopped;
}

/** Claims and sends up to `wanted` messages; false when this lane has nothing left to do. */
async function sendSome(lane: Lane, wanted: number, run: Run): Promise<boolean> {
  const { state, ledger, lease } = run;
  // Reserved before the claim, so that no other lane takes the same slots meanwhile.
  state.reserve(wanted);
  const askedAt = run.now();
  let claims: readonly Claim[] = [];
  try {
    claims = await ledger.claim(lease, lane.sender, wanted);
  } finally {
    const unused = wanted - claims.length;
    if (unused > 0) state.release(unused, unused);
  }
  for (const claim of claims) void attempt(claim, askedAt, lane, run);
  return claims.length > 0 || moreToCome(lane, run);
}

/** Waits until another message of this lane may be due; false when none ever will. */
async function moreToCome(lane: Lane, { state, results, ledger, lease, now, sleep }: Run): Promise<boolean> {
  if (lane.out > 0) {
    await state.change();
    return true;
  }
  await results.flush();
  const queue = (await ledger.queues(lease.campaignId)).find(({ sender }) => sender === lane.sender);
  if (!queue) return false;
  // Due, and yet not given to us: somebody else has the lease.
  if (queue.dueAt <= now() && !(await ledger.renew(lease))) {
    state.stop({ kind: 'lost-lease' });
    return false;
  }
  const waitMs = queue.dueAt - now();
  if (waitMs > longestWaitMs) {
    lane.stopped = true;
    state.laneStopped({ kind: 'deferred', untilMs: queue.dueAt });
    return false;
  }
  await sleep(Math.max(1, waitMs), state.signal);
  return true;
}

async function attempt(claim: Claim, askedAt: number, lane: Lane, run: Run): Promise<void> {
  const { state, results, transport } = run;
  const epoch = state.epoch();
  lane.out++;
  let unsent = 0;
  try {
    if (!claim.request) throw new Error(`message ${claim.id} was claimed without a request`);
    if (await hasLostLease(askedAt, run)) return state.stop({ kind: 'lost-lease' });
    const fitted = await fitNow(claim, claim.request, run);
    if (fitted.kind === 'wait' || !run.cost.take(claim)) {
      unsent = 1;
      if (fitted.kind === 'send') state.stop({ kind: 'budget' });
      const delayMs = fitted.kind === 'wait' ? fitted.untilMs - run.now() : 0;
      return results.add(claim, { state: 'pending', delayMs });
    }
    const request = withCallback(fitted.request, claim.id, run.callbackUrl);
    const result = await transport.send(request);
    run.cost.settle(claim, result);
    const { change, effect } = afterSend(state.streak() + 1, result, run.retry, run.random());
    if (change.state === 'pending') unsent = 1;
    results.add(claim, change);
    applyEffect(effect, lane, run, epoch);
    const tripped = run.noBreaker ? undefined : run.breaker.add(result);
    if (tripped) state.stop({ kind: 'breaker', ...tripped });
    run.onResult?.(result, claim);
  } catch (error) {
    state.fail(error);
  } finally {
    lane.out--;
    state.release(1, unsent);
  }
}

/** Asks for callbacks whose address carries our id: proof of what became of a message when no answer comes. */
function withCallback(request: MessageRequest, id: string, callbackUrl: string | undefined): MessageRequest {
  const hasOwn = request.statusCallback !== undefined || request.applicationSid !== undefined;
  return callbackUrl === undefined || hasOwn ? request : { ...request, statusCallback: `${callbackUrl}?m=${id}` };
}

/** The message as it may go out now, by the quiet hours that were written down with it. */
async function fitNow({ quietHours }: Claim, request: MessageRequest, { now }: Run): Promise<Fitted> {
  if (quietHours === undefined) return { kind: 'send', request };
  const { fitToQuietHours } = await import('../core/recipient/openings.ts');
  return fitToQuietHours(request, readLocalQuietHours(quietHours), now());
}

/** A process that was frozen between claim and request may wake up after somebody else has taken over. */
async function hasLostLease(askedAt: number, { now, ledger, lease }: Run): Promise<boolean> {
  return now() - askedAt > frozenMs && !(await ledger.renew(lease));
}

function applyEffect(effect: Effect, lane: Lane, { state, now, retryForMs }: Run, epoch: number): void {
  switch (effect.kind) {
    case 'none':
      return state.progressed();
    case 'busy':
      return state.holdBack({ reason: 'Twilio is busy', pauseMs: effect.pauseMs }, epoch);
    case 'unreachable':
      return state.holdBack({ reason: 'Twilio is out of reach', pauseMs: effect.pauseMs }, epoch);
    case 'pause-sender':
      lane.pausedUntil = now() + effect.pauseMs;
      lane.stopped = effect.pauseMs > retryForMs;
      if (lane.stopped)
        state.laneStopped({ kind: 'unreachable', reason: `The queue of ${lane.sender} at Twilio is full` });
      return;
    case 'stop-sender':
      lane.stopped = true;
      return state.laneStopped({ kind: 'sender', sender: lane.sender, code: effect.code, reason: effect.reason });
    case 'stop-run':
      return state.stop({ kind: 'credentials', code: effect.code, reason: effect.reason });
  }
}
