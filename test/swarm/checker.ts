import { add, type Book, type Must, toBook } from './book.ts';
import { checkRates, checkRun } from './checker-runs.ts';
import type { Happening, Of, Terms } from './history.ts';

// Uses no code under test, on purpose: it judges by what happened alone.

/** What the history of a schedule shows. */
export interface Verdict {
  readonly rows: number;
  readonly accepted: number;
  /** Rows that nobody accounts for, and messages that nobody owns up to. */
  readonly lost: number;
  /** Messages created beyond the first for a row, other than by a resend within its stated hazard. */
  readonly doubled: number;
  /** Those that were within it: the list showed the first one only after the stated wait. */
  readonly hazards: number;
  readonly deaths: number;
  readonly violations: readonly string[];
}

/** Judges a history. */
export function judge(history: readonly Happening[]): Verdict {
  const book = toBook(history);
  const violations: string[] = [];
  const must = (holds: boolean, otherwise: string) => {
    if (!holds) violations.push(otherwise);
  };
  const { doubled, hazards } = checkDoubles(book, must);
  const lost = checkAccounts(book, must);
  checkClaims(book, must);
  checkRecalls(book, must);
  checkPauses(book, must);
  checkConsent(book, must);
  checkReceipts(book, must);
  checkQuietHours(book, must);
  for (const run of book.runs.values()) checkRun(run, book, must);
  checkRates(book, must);
  checkBudget(book, must);
  for (const { run, at } of book.of('stuck')) must(false, `${run} is not at an end after ${Math.round(at / 1000)} s`);
  const accepted = book.of('final').filter(({ state }) => state === 'accepted').length;
  const deaths = book.of('death').length;
  return { rows: book.of('plan').length, accepted, lost, doubled, hazards, deaths, violations };
}

/** No row is created twice, except by a resend when the list lagged longer than the wait it promised. */
function checkDoubles(book: Book, must: Must): { doubled: number; hazards: number } {
  let [doubled, hazards] = [0, 0];
  for (const [row, creates] of book.creates) {
    for (const [i, later] of creates.entries()) {
      if (i === 0) continue;
      const again = book.requests.get(later.request ?? 0);
      const run = book.runs.get(again?.run ?? '');
      const before = creates.slice(0, i);
      const isHazard =
        run?.terms.onUnknown === 'resend' && before.every((one) => wasHidden(one, again?.at ?? 0, run.terms, book));
      if (isHazard) hazards++;
      else doubled++;
      must(isHazard, `${row} is created again by ${again?.run} at ${again?.at}`);
    }
  }
  return { doubled, hazards };
}

/** The last look before it was asked for again did not show it, nor would one have within the wait that is promised. */
function wasHidden({ request, to, shownAt }: Of<'create'>, againAt: number, { resolveMs }: Terms, book: Book): boolean {
  const askedAt = book.requests.get(request ?? 0)?.at ?? 0;
  const looks = book.of('look').filter((one) => one.to === to && one.ok && one.at <= againAt);
  const lastLook = looks.at(-1)?.at ?? againAt;
  return shownAt - askedAt > resolveMs && shownAt > lastLook;
}

/** True for what the list showed later than a run waits that sends again. */
function isResendHazard({ request, shownAt }: Of<'create'>, book: Book): boolean {
  const asked = book.requests.get(request ?? 0);
  const terms = book.runs.get(asked?.run ?? '')?.terms;
  return terms?.onUnknown === 'resend' && shownAt - (asked?.at ?? 0) > terms.resolveMs;
}

/** Each row is in the ledger once, and what it says is what happened. */
function checkAccounts(book: Book, must: Must): number {
  const finals = new Map<string, Of<'final'>[]>();
  for (const one of book.of('final')) if (one.row !== undefined) add(finals, one.row, one);
  const bySid = new Map(book.of('create').map((one) => [one.sid, one]));
  const owners = new Map<string, string>();
  let lost = 0;
  for (const [row, plan] of book.plans) {
    const [final, twin] = finals.get(row) ?? [];
    must(twin === undefined, `${row} is in the ledger twice`);
    // What came to light only after the wait that a resend promises may be anything by then.
    const creates = (book.creates.get(row) ?? []).filter((one) => !isResendHazard(one, book));
    const problem = accountOf(row, final, creates, bySid);
    if (problem !== undefined) lost++;
    must(problem === undefined, `${row} to ${plan.to} ${problem}`);
    if (final?.sid === null || final?.sid === undefined) continue;
    must(!owners.has(final.sid), `${final.sid} belongs to ${row} and to ${owners.get(final.sid)}`);
    owners.set(final.sid, row);
  }
  for (const row of finals.keys()) must(book.plans.has(row), `${row} is in the ledger, and nobody planned it`);
  return lost;
}

const notSent = new Set(['pending', 'rejected', 'skipped', 'invalid', 'canceled']);

/** What is wrong with how a row stands; undefined when nothing is. */
function accountOf(
  row: string,
  final: Of<'final'> | undefined,
  creates: readonly Of<'create'>[],
  bySid: ReadonlyMap<string, Of<'create'>>,
): string | undefined {
  if (!final) return 'is not in the ledger';
  const { state, sid, to } = final;
  if (state === 'claimed') return 'is claimed for ever';
  if (state === 'accepted') {
    const created = bySid.get(sid ?? '');
    if (!created) return `is accepted with ${sid}, which is not ours`;
    return created.row === row && created.to === to ? undefined : `is accepted with the SID of ${created.row}`;
  }
  return notSent.has(state) && creates.length > 0 ? `is ${state}, and was sent` : undefined;
}

/** A request leaves only for what its own run has claimed, on disk, once a claim. */
function checkClaims(book: Book, must: Must): void {
  for (const { name, events } of book.runs.values()) {
    const claimed = new Set<string>();
    let owner: string | undefined;
    for (const one of events) {
      if (one.kind === 'lease') owner = one.owner;
      if (one.kind === 'claim') claimed.add(one.row);
      if (one.kind !== 'request') continue;
      must(claimed.delete(one.row), `${name} asks for ${one.row} without a claim of its own`);
      const isOurs = one.onDisk?.state === 'claimed' && one.onDisk.owner === owner;
      must(isOurs, `${name} asks for ${one.row}, which is ${one.onDisk?.state} of ${one.onDisk?.owner} on disk`);
    }
  }
}

/** What is recalled goes out only if it was claimed before. */
function checkRecalls(book: Book, must: Must): void {
  for (const recall of book.of('recall')) {
    const begun = new Map<string, boolean>();
    let isAfter = false;
    for (const one of book.history) {
      if (one === recall) isAfter = true;
      if (one.kind === 'claim') begun.set(`${one.run} ${one.row}`, !isAfter);
      if (one.kind !== 'request' || !isAfter) continue;
      const plan = book.plans.get(one.row);
      if (plan?.campaign !== recall.campaign || plan.at > recall.at) continue;
      must(
        begun.get(`${one.run} ${one.row}`) === true,
        `${one.row} is claimed and sent after ${recall.campaign} was recalled`,
      );
    }
  }
}

/** Nothing of a campaign is claimed between a pause and the word to go on. */
function checkPauses(book: Book, must: Must): void {
  const pausedAt = new Map<string, number>();
  const claims: Of<'claim'>[] = [];
  for (const one of book.history) {
    if (one.kind === 'claim') claims.push(one);
    if (one.kind !== 'pause') continue;
    const from = pausedAt.get(one.campaign);
    if (one.isPaused) pausedAt.set(one.campaign, from ?? one.at);
    else pausedAt.delete(one.campaign);
    if (one.isPaused || from === undefined) continue;
    const within = claims.find(
      ({ row, askedAt, at }) => book.plans.get(row)?.campaign === one.campaign && askedAt > from && at < one.askedAt,
    );
    must(within === undefined, `${within?.row} is claimed while ${one.campaign} is paused`);
  }
}

/** Who opted out before a claim is not texted by it. */
function checkConsent(book: Book, must: Must): void {
  const out = new Set<string>();
  const forbidden = new Set<string>();
  for (const one of book.history) {
    if (one.kind === 'opt-out') out.add(`${one.to} ${one.sender ?? ''}`);
    const plan = 'row' in one && one.row !== undefined ? book.plans.get(one.row) : undefined;
    if (!plan) continue;
    const isOut = out.has(`${plan.to} `) || out.has(`${plan.to} ${plan.sender}`);
    if (one.kind === 'claim' && isOut) forbidden.add(`${one.run} ${one.row}`);
    if (one.kind === 'request')
      must(!forbidden.has(`${one.run} ${one.row}`), `${one.row} is sent to ${plan.to}, who had opted out`);
  }
}

/** What the provider has reported to have is settled by that, and never asked for again. */
function checkReceipts(book: Book, must: Must): void {
  const reported = new Map<string, string>();
  for (const one of book.history) {
    if (one.kind === 'receipt') reported.set(one.row, one.sid);
    if (one.kind === 'request') must(!reported.has(one.row), `${one.row} is asked for again, after a report of it`);
    const isOpen = one.kind === 'final' && ['unknown', 'pending', 'claimed'].includes(one.state);
    if (isOpen) must(!reported.has(one.row ?? ''), `${one.row} is ${one.state}, in spite of a report of it`);
  }
}

function checkQuietHours(book: Book, must: Must): void {
  for (const { row, wall, run, isScheduled } of book.of('request')) {
    const quiet = book.plans.get(row)?.quiet;
    if (!quiet || isScheduled) continue;
    const minute = Math.floor(wall / 60_000) % 1440;
    const { from, to } = quiet;
    const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    must(!isQuiet, `${run} asks for ${row} in its quiet hours`);
  }
}

/** A ten-millionth: sums in binary are off by less. */
const tolerance = 1e-7;

/** What goes out for a campaign costs no more than it may. */
function checkBudget(book: Book, must: Must): void {
  const spent = new Map<string, number>();
  for (const row of book.creates.keys()) {
    // What a resend costs twice is judged with what is created twice.
    const plan = book.plans.get(row);
    if (plan) spent.set(plan.campaign, (spent.get(plan.campaign) ?? 0) + plan.cost);
  }
  for (const { campaign, terms } of book.runs.values()) {
    const cost = spent.get(campaign) ?? 0;
    must(cost <= (terms.maxCost ?? cost) + tolerance, `${campaign} costs ${cost}, more than ${terms.maxCost}`);
  }
}
