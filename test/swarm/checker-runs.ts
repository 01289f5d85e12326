import { add, type Book, type Must, type RunBook } from './book.ts';
import type { Happening } from './history.ts';

// Like the checker it belongs to, it uses no code under test.

/** What one run was asked to keep to. */
export function checkRun(run: RunBook, book: Book, must: Must): void {
  checkConcurrency(run, must);
  checkKnocking(run, must);
  checkLimit(run, book, must);
  checkBreaker(run, must);
  checkIdleness(run, book, must);
  checkInterrupt(run, book, must);
  checkEnd(run, book, must);
}

function checkConcurrency({ name, terms, events }: RunBook, must: Must): void {
  let [out, most] = [0, 0];
  for (const { kind } of events) {
    if (kind === 'request') most = Math.max(most, ++out);
    if (kind === 'answer') out--;
  }
  must(most <= terms.concurrency, `${name} has ${most} requests out, more than ${terms.concurrency}`);
}

/** Between a claim and its request lies nothing that takes time, in milliseconds. */
const heldUpMs = 50;

/**
 * No second sees more than 1.1 times the rate of a sender, over all runs of the ledger; where they ask for different
 * rates, more than the highest. What a freeze held up counts when it was let go; a step of the clock may let one go early.
 */
export function checkRates(book: Book, must: Must): void {
  const bySender = new Map<string, Paced[]>();
  const letGo = new Map<string, number>();
  for (const one of book.history) {
    if (one.kind === 'claim') letGo.set(`${one.run} ${one.row}`, one.askedAt);
    if (one.kind !== 'request') continue;
    const askedAt = letGo.get(`${one.run} ${one.row}`) ?? one.at;
    const at = one.at - askedAt > heldUpMs ? askedAt : one.at;
    const perSecond = book.runs.get(one.run)?.terms.perSecond ?? Number.POSITIVE_INFINITY;
    add(bySender, book.plans.get(one.row)?.sender ?? '?', { at, perSecond, run: one.run });
  }
  const jumps = [...book.of('step'), ...book.of('suspend')].map(
    ({ at, ...rest }) => at + ('forMs' in rest ? rest.forMs : 0),
  );
  for (const [sender, paced] of bySender) {
    const worst = worstSecond(
      paced.sort((a, b) => a.at - b.at),
      jumps,
    );
    must(worst === undefined, `${worst} from ${sender}`);
  }
}

interface Paced {
  readonly at: number;
  readonly perSecond: number;
  readonly run: string;
}

/** The first second that sees too many, in words. */
function worstSecond(paced: readonly Paced[], jumps: readonly number[]): string | undefined {
  let first = 0;
  for (const [i, { at, run }] of paced.entries()) {
    while ((paced[first]?.at ?? 0) <= at - 1000) first++;
    const second = paced.slice(first, i + 1);
    const perSecond = Math.max(...second.map((one) => one.perSecond));
    const early = jumps.filter((jump) => jump > at - 1000 && jump <= at).length * (1 + Math.floor(perSecond / 20));
    if (second.length > Math.max(1, perSecond * 1.1) + early)
      return `${run} sends one of ${second.length} in a second, at ${perSecond} a second,`;
  }
  return undefined;
}

function busiest(times: readonly number[], spanMs: number): number {
  let [first, most] = [0, 0];
  for (const [i, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - spanMs) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

/** A provider that is busy is not knocked at in a storm. */
function checkKnocking({ name, terms, events }: RunBook, must: Must): void {
  const times = events.filter((one) => one.kind === 'answer' && one.result === 'retry').map(({ at }) => at);
  const most = busiest(times, 5000);
  must(most <= 2 * terms.concurrency + 40, `${name} is told ${most} times in 5 s to come back later`);
}

/** No more goes out in a run than it was limited to, resends included. */
function checkLimit({ name, terms, events }: RunBook, book: Book, must: Must): void {
  const requests = new Set(events.flatMap((one) => (one.kind === 'request' ? [one.request] : [])));
  const created = book.of('create').filter(({ request }) => request !== undefined && requests.has(request)).length;
  must(created <= (terms.limit ?? created), `${name} creates ${created}, more than its limit of ${terms.limit}`);
}

/** How many of the last answers must have failed alike for the breaker, by the README. */
const breakerWindow = 40;
const breakerTrips = 32;

/** Once most of the last answers failed alike, no more is claimed. */
function checkBreaker({ name, terms, events }: RunBook, must: Must): void {
  if (terms.noBreaker) return;
  const last: string[] = [];
  let isOpen = false;
  let after = 0;
  for (const one of events) {
    if (one.kind === 'request' && isOpen) after++;
    if (one.kind !== 'answer' || one.result === 'retry' || one.result === 'stop') continue;
    const way = `${one.result} ${one.code ?? ''}`;
    last.push(way);
    if (last.length > breakerWindow) last.shift();
    const alike = last.filter((other) => other === way).length;
    isOpen ||= one.result !== 'accepted' && one.code !== 21611 && one.code !== 21606 && alike >= breakerTrips;
  }
  must(after <= terms.concurrency, `${name} asks ${after} times more when most of the last answers were failures`);
}

/** What a run waits for at most, as for quiet hours to end or the provider to come back, and then some, in milliseconds. */
const longestPauseMs = 900_000;

/** No run sits there for longer than there is a reason to. */
function checkIdleness({ name, events }: RunBook, book: Book, must: Must): void {
  const stood = [...events, ...book.of('suspend')].reduce((sum, one) => sum + ('forMs' in one ? one.forMs : 0), 0);
  for (const [i, { at }] of events.entries()) {
    const idleMs = at - (events[i - 1]?.at ?? at);
    must(idleMs <= longestPauseMs + stood, `${name} does nothing for ${Math.round(idleMs / 1000)} s`);
  }
}

/** How long after an interrupt a run may take: what is out is waited for, and written down. */
const farewellMs = 15_000;

function checkInterrupt({ name, terms, events }: RunBook, book: Book, must: Must): void {
  const interrupt = events.find(({ kind }) => kind === 'interrupt');
  const end = events.find(({ kind }) => kind === 'end' || kind === 'death');
  if (!interrupt || !end) return;
  const frozen = [...events, ...book.of('suspend')].reduce((sum, one) => sum + ('forMs' in one ? one.forMs : 0), 0);
  const tookMs = end.at - interrupt.at;
  must(tookMs <= terms.timeoutMs + farewellMs + frozen, `${name} ends ${tookMs} ms after its interrupt`);
}

/** The word a run ends with is true. */
function checkEnd({ name, campaign, terms, events }: RunBook, book: Book, must: Must): void {
  const end = events.find((one) => one.kind === 'end');
  if (end?.kind !== 'end') return;
  const { pending = 0, claimed = 0, unknown = 0, canceled = 0 } = end.counts;
  const lease = events.find(({ kind }) => kind === 'lease');
  const isRecalled = book
    .of('recall')
    .some((one) => one.campaign === campaign && lease !== undefined && one.at > lease.at && one.at < end.at);
  const has = (kind: Happening['kind']) => events.some((one) => one.kind === kind);
  const answered = (result: string) => events.some((one) => one.kind === 'answer' && one.result === result);
  const left = `${pending} pending, ${claimed} claimed`;
  switch (end.end) {
    case 'finished':
      return must(terms.settlesFirst || pending + claimed === 0, `${name} says it has finished, with ${left}`);
    case 'limit':
      return must(terms.limit !== undefined, `${name} ends at a limit it does not have`);
    case 'interrupted':
      return must(has('interrupt'), `${name} says it was interrupted`);
    case 'deadline':
      return must(terms.deadlineMs !== undefined, `${name} ends at a time it was not given`);
    case 'breaker':
      return must(!terms.noBreaker, `${name} has a breaker in spite of all`);
    case 'budget':
      return must(terms.maxCost !== undefined, `${name} ends at a budget it does not have`);
    case 'credentials':
      return must(answered('stop'), `${name} says it was refused`);
    case 'unreachable':
      return must(answered('retry') || answered('rejected'), `${name} says nobody answered`);
    case 'exit 0':
      // To reconcile is to settle what is unknown: what is pending is left to a resume.
      must(
        (terms.settlesFirst ? 0 : pending) + claimed + unknown === 0,
        `${name} ends with 0, and ${left}, ${unknown} unknown`,
      );
      return must(!isRecalled || canceled === 0, `${name} was recalled half-way, and ends with 0`);
    case 'exit 3':
      return must(pending + claimed + unknown === 0, `${name} ends with 3, and ${left}, ${unknown} unknown`);
    case 'exit 1':
    case 'exit 2':
      return must(false, `${name} ends with ${end.end}: ${end.said}`);
  }
}
