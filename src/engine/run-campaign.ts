import { setImmediate as turn } from 'node:timers/promises';
import type { MessageRequest, SendResult } from '../core/message.ts';
import { afterSend, type Effect, isTooLong, type MessageChange, type RetryPolicy } from '../core/outcome/after-send.ts';
import type { RunEnd } from '../core/outcome/report.ts';
import type { Fitted } from '../core/recipient/openings.ts';
import { readLocalQuietHours } from '../core/recipient/quiet-hours.ts';
import { bareSender } from '../core/sender.ts';
import { type Claim, type Lease, leaseMs, type Runs, type SenderState, type Want } from '../ledger/runs.ts';
import type { Sender, SendGuard } from '../provider/provider.ts';
import { keepLease } from './heartbeat.ts';
import { type Lanes, makeLanes } from './lanes.ts';
import { type Recorder, recorder } from './recorder.ts';
import type { RunAccount } from './run-account.ts';
import { type RunState, runState } from './run-state.ts';

/** What a run works with. Times in milliseconds. */
export interface RunOptions {
  readonly ledger: Runs;
  readonly provider: Sender;
  readonly retry: RetryPolicy;
  /** How long to go on while Twilio takes nothing: out of reach, or busy. */
  readonly retryForMs: number;
  /** Messages a second for each sender; absent: as fast as they are taken. */
  readonly perSecond?: number | undefined;
  /** Senders with a rate of their own, in messages a second; a lower `perSecond` holds for them, too. */
  readonly rates?: Readonly<Record<string, number>> | undefined;
  /** How many senders are worked on at once; absent: all. Which ones come first is then left to chance. */
  readonly mostSenders?: number | undefined;
  /** Where callbacks go that carry our own id of the message; for messages that name no place of their own. */
  readonly callbackUrl?: string | undefined;
  /** More messages are on their way into the ledger: each item names the senders of some that have come, the end says that all have. */
  readonly arrivals?: AsyncIterable<readonly string[]> | undefined;
  readonly signal: AbortSignal;
  /** Aborted when time is up; ends the run as an interrupt does. */
  readonly deadline?: AbortSignal | undefined;
  /** What all rounds of the run share; see `runAccount`. */
  readonly account: RunAccount;
  /** The clock on the wall, in milliseconds since 1970: it can be set back and forward. */
  readonly now: () => number;
  /** Milliseconds that never go back; everything that lasts is measured by them. */
  readonly monotonic: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never throws. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly onResult?: ((result: SendResult, claim: Claim) => void) | undefined;
  /** Somebody has paused the campaign, or let it go on. */
  readonly onPaused?: ((isPaused: boolean) => void) | undefined;
}

/** Between a claim and its request lie milliseconds; this long means that the process stood still, or its connection took long. */
const frozenMs = 2000;

/** For how long a lease that was renewed counts as ours without asking, in milliseconds: well before it can be another's. */
const renewedMs = leaseMs / 2;

/**
 * Sends every pending message of a campaign, each sender at its own pace.
 *
 * Ends when none is left, or soon after `signal`: requests that are out are waited for and recorded.
 */
export async function runCampaign(lease: Lease, options: RunOptions): Promise<RunEnd> {
  const { ledger, sleep } = options;
  const state = runState(options);
  const results = recorder(ledger, lease);
  const run: Run = { ...options, lease, state, results, lanes: makeLanes(options.mostSenders) };
  const lost = () => state.stop({ kind: 'lost-lease' });
  const stopRenewing = keepLease({ ledger, lease, sleep, lost, failed: state.fail });
  try {
    await readQueues(run);
    void takeArrivals(run).catch(state.fail);
    await dispatch(run);
    await state.allBack();
    await results.writesOver();
    // Without the lease the last results are not taken, and what the ledger says is another run's work.
    const { end } = await results.withResults((written) => ledger.claim(lease, { wants: [], results: written }));
    if (end === 'lost-lease' || (end && !options.signal.aborted)) state.stop({ kind: end });
  } finally {
    stopRenewing();
    state.dispose();
  }
  return state.end();
}

interface Run extends RunOptions {
  readonly lease: Lease;
  readonly state: RunState;
  readonly results: Recorder;
  readonly lanes: Lanes;
}

async function readQueues({ ledger, lease, lanes, monotonic, mostSenders, random }: Run): Promise<void> {
  const senders = await ledger.senders(lease.campaignId);
  // Several runs of one campaign are not to begin with the same senders.
  const first = mostSenders === undefined ? 0 : Math.floor(random() * senders.length);
  for (const sender of [...senders.slice(first), ...senders.slice(0, first)]) lanes.add(sender, monotonic());
}

/** Hears of messages that come while the run goes on. Nothing waits for a source that is silent when the run ends. */
async function takeArrivals({ arrivals, lanes, state, monotonic }: Run): Promise<void> {
  if (!arrivals) return;
  state.expectArrivals();
  for await (const senders of arrivals) {
    if (state.signal.aborted) return;
    for (const sender of senders) lanes.add(sender, monotonic());
    state.wake();
  }
  state.arrivalsEnded();
}

/**
 * Claims and sends until nothing is left: the only loop of a run. It passes through the event loop each time round, so
 * that slots and results that came free together go to disk together, and waits for what can really change.
 */
async function dispatch(run: Run): Promise<void> {
  const { state, lanes, monotonic, sleep } = run;
  let hasClaimed = false;
  while (!state.signal.aborted) {
    await turn();
    if (state.isSpent()) return;
    const slots = state.pausedUntil() > monotonic() ? 0 : state.freeSlots();
    const wants = slots > 0 ? lanes.take(slots, monotonic()) : [];
    if (wants.length > 0) {
      hasClaimed = (await claimAndSend(wants, run)) || hasClaimed;
      continue;
    }
    const readyAt = lanes.nextAt();
    if (readyAt === undefined && !state.isExpecting()) {
      if (!hasClaimed) return;
      // Others may have added to the campaign meanwhile.
      hasClaimed = false;
      await readQueues(run);
      continue;
    }
    // A free slot and an arrival wake us; a time has to be waited for.
    const goesOnAt =
      readyAt === undefined || state.freeSlots() <= 0 ? undefined : Math.max(readyAt, state.pausedUntil());
    if (goesOnAt === undefined) await state.change();
    else await state.change((wakened) => sleep(Math.max(1, Math.ceil(goesOnAt - monotonic())), wakened));
  }
}

/** True when something was claimed. */
async function claimAndSend(wants: readonly Want[], run: Run): Promise<boolean> {
  const { state, ledger, lease, results, provider, perSecond } = run;
  const askedAt = momentOf(run);
  const clockAheadMs = provider.clockAheadMs();
  const {
    claims,
    senders,
    end,
    isPaused = false,
  } = await results.withResults((written) =>
    ledger.claim(lease, { wants: wants.map((want) => rated(want, run)), results: written, perSecond, clockAheadMs }),
  );
  if (isPaused !== state.isPaused()) {
    state.notePause(isPaused);
    run.onPaused?.(isPaused);
  }
  for (const sender of senders) noteSender(sender, run);
  for (const claim of claims) {
    state.reserve();
    void attempt(claim, askedAt, run);
  }
  if (end) state.stop({ kind: end });
  return claims.length > 0;
}

function rated(want: Want, { rates = {}, perSecond = Number.POSITIVE_INFINITY }: RunOptions): Want {
  const own = rates[want.sender] ?? rates[bareSender(want.sender)];
  return own === undefined ? want : { ...want, perSecond: Math.min(own, perSecond) };
}

/** What is due later than this waits for quiet hours to end, and a run does not, in milliseconds. */
const longestWaitMs = 600_000;

/** Puts a sender back in the queue, unless nothing of it is left or due soon. */
function noteSender({ sender, waitMs, isDeferred }: SenderState, { lanes, state, now, monotonic }: Run): void {
  // Who waits for a time of its own leaves its place to others.
  if (waitMs === undefined || isDeferred) lanes.done(sender);
  if (waitMs === undefined) return;
  if (isDeferred && waitMs > longestWaitMs) state.laneStopped({ kind: 'deferred', untilMs: now() + waitMs });
  else lanes.add(sender, monotonic() + waitMs);
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

async function attempt(claim: Claim, askedAt: Moment, run: Run): Promise<void> {
  const { state, provider, account } = run;
  const epoch = state.epoch();
  let unsent = false;
  try {
    if (!claim.request) throw new Error(`message ${claim.id} was claimed without a request`);
    const fitted = await fitNow(claim, claim.request, run);
    if (fitted.kind === 'wait') {
      unsent = true;
      return putBack(claim, { state: 'pending', dueAt: fitted.untilMs }, run);
    }
    const check = leaseCheck(askedAt, run);
    const result = await provider.send(withCallback(fitted.request, claim.id, run.callbackUrl), check);
    if (check.isLost()) return state.stop({ kind: 'lost-lease' });
    const { change, effect } = afterSend(state.streak() + 1, result, run.retry, run.random());
    unsent = change.state === 'pending';
    applyEffect(effect, claim.sender, run, epoch);
    if (unsent) putBack(claim, change, run);
    else run.results.add(claim, change).catch(state.fail);
    const tripped = account.breaker?.add(result);
    if (tripped) state.stop({ kind: 'breaker', ...tripped });
    run.onResult?.(result, claim);
  } catch (error) {
    state.fail(error);
  } finally {
    state.release(unsent);
  }
}

/** Writes that a message was not sent, and then lets its sender have it again. */
function putBack(claim: Claim, change: MessageChange, { results, lanes, state, monotonic }: Run): void {
  state.returning(
    results.add(claim, change).then(() => {
      lanes.add(claim.sender, monotonic());
    }),
  );
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

/** Looks at the lease when a request is about to leave: a process that was frozen may wake up after another has taken over. */
function leaseCheck(askedAt: Moment, run: Run): SendGuard & { isLost(): boolean } {
  let isLost = false;
  const renew = async (): Promise<boolean> => {
    const renewedAt = momentOf(run);
    isLost = !(await run.ledger.renew(run.lease));
    return !isLost && passedMs(renewedAt, run) <= renewedMs;
  };
  return {
    mayLeave: () =>
      passedMs(askedAt, run) <= frozenMs ||
      renew().catch((error: unknown) => {
        run.state.fail(error);
        return false;
      }),
    isLost: () => isLost,
  };
}

/** A machine that slept may have stopped the one clock, and somebody who set it the other: the greater time counts. */
function passedMs(since: Moment, run: Run): number {
  return Math.max(run.now() - since.wall, run.monotonic() - since.monotonic);
}

const momentOf = ({ now, monotonic }: Run): Moment => ({ wall: now(), monotonic: monotonic() });

function applyEffect(effect: Effect, sender: string, run: Run, epoch: number): void {
  const { state, lanes, monotonic, retryForMs } = run;
  switch (effect.kind) {
    case 'none':
      return state.progressed();
    case 'busy':
      return state.holdBack({ reason: 'Twilio is busy', pauseMs: effect.pauseMs }, epoch);
    case 'unreachable':
      return state.holdBack({ reason: 'Twilio is out of reach', pauseMs: effect.pauseMs }, epoch);
    case 'pause-sender':
      if (!isTooLong(effect.pauseMs, 0, retryForMs)) return lanes.pause(sender, monotonic() + effect.pauseMs);
      lanes.close(sender);
      return state.laneStopped({ kind: 'unreachable', reason: `The queue of ${sender} at Twilio is full` });
    case 'stop-sender':
      lanes.close(sender);
      return state.laneStopped({ kind: 'sender', sender, code: effect.code, reason: effect.reason });
    case 'stop-run':
      return state.stop({ kind: 'credentials', code: effect.code, reason: effect.reason });
  }
}
