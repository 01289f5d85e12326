import { expect, it } from 'vitest';
import { judge } from './checker.ts';
import type { Happening, Of, Terms } from './history.ts';

const terms: Terms = {
  ...{ concurrency: 2, perSecond: undefined, limit: undefined, maxCost: undefined, onUnknown: 'resend' },
  ...{ resolveMs: 60_000, timeoutMs: 30_000, noBreaker: false, deadlineMs: undefined, settlesFirst: false },
};

const plan = (row: string, more: Partial<Of<'plan'>> = {}): Happening => ({
  ...{ kind: 'plan', at: 0, campaign: 'c0', row, to: `+${row}`, sender: 'S', cost: 0.01, quiet: undefined },
  ...more,
});
const begin = (more: Partial<Terms> = {}): Happening => ({
  ...{ kind: 'begin', at: 0, run: 'r', campaign: 'c0', terms: { ...terms, ...more } },
});
const lease: Happening = { kind: 'lease', at: 0, run: 'r', owner: 'o' };
const claim = (row: string, at = 1): Happening => ({ kind: 'claim', at, run: 'r', row, askedAt: at });
const request = (row: string, n: number, at = 1, more: Partial<Of<'request'>> = {}): Happening => ({
  ...{ kind: 'request', at, run: 'r', row, request: n, wall: 0, isScheduled: false },
  onDisk: { state: 'claimed', owner: 'o' },
  ...more,
});
const create = (row: string, n: number, at = 2, shownAt = at): Happening => ({
  ...{ kind: 'create', at, request: n, row, sid: `SM${n}`, to: `+${row}`, shownAt },
});
const answer = (row: string, n: number, result = 'accepted', code?: number): Happening => ({
  ...{ kind: 'answer', at: 3, run: 'r', row, request: n, result, code },
});
const end = (kind = 'finished', counts: Readonly<Record<string, number>> = {}): Happening => ({
  ...{ kind: 'end', at: 9, run: 'r', end: kind, counts },
});
const final = (row: string, state = 'accepted', sid: string | null = null): Happening => ({
  ...{ kind: 'final', at: 99, campaign: 'c0', row, to: `+${row}`, state, sid },
});
const sent = (row: string, n: number): Happening[] => [claim(row), request(row, n), create(row, n), answer(row, n)];
const receipt: Happening = { kind: 'receipt', at: 5, row: 'c0-0', sid: 'SM1' };
const paused = (isPaused: boolean, at: number): Happening => ({
  ...{ kind: 'pause', at, campaign: 'c0', isPaused, askedAt: at },
});
const recall: Happening = { kind: 'recall', at: 5, campaign: 'c0' };

const good = [plan('c0-0'), begin(), lease, ...sent('c0-0', 1), end(), final('c0-0', 'accepted', 'SM1')];

it('has nothing against a run in which nothing is wrong', () => {
  expect(judge(good)).toEqual({ rows: 1, accepted: 1, lost: 0, doubled: 0, hazards: 0, deaths: 0, violations: [] });
});

const again = (at: number) => [claim('c0-0', at), request('c0-0', 2, at), create('c0-0', 2, at + 1)];
const look = (at: number): Happening => ({ kind: 'look', at, run: 'r', to: '+c0-0', ok: true });
const many = Array.from({ length: 40 }, (_, i) => `c0-${i}`);

it.each<[string, readonly Happening[], RegExp, object]>([
  ['a row that is in no ledger', good.slice(0, -1), /is not in the ledger/, { lost: 1 }],
  ['a row that is in it twice', [...good, final('c0-0', 'pending')], /in the ledger twice/, {}],
  ['a SID that nobody gave', [...good.slice(0, -1), final('c0-0', 'accepted', 'SM7')], /not ours/, { lost: 1 }],
  ['a sent one that is said to wait', [...good.slice(0, -1), final('c0-0', 'pending')], /and was sent/, { lost: 1 }],
  ['a claim for ever', [...good.slice(0, -1), final('c0-0', 'claimed')], /claimed for ever/, { lost: 1 }],
  ['one SID for two', [...good, plan('c0-1'), final('c0-1', 'accepted', 'SM1')], /belongs to c0-1/, { lost: 1 }],
  ['a second message', [...good, look(70_000), ...again(80_000)], /created again/, { doubled: 1 }],
  ['a request without a claim', [...good, request('c0-0', 3)], /without a claim/, {}],
  [
    'a claim that is not on disk',
    [plan('c0-0'), begin(), lease, claim('c0-0'), request('c0-0', 1, 1, { onDisk: { state: 'pending', owner: null } })],
    /is pending of null on disk/,
    {},
  ],
  ['a claim while it is paused', [...good, paused(true, 5), ...again(7), paused(false, 9)], /while c0 is paused/, {}],
  ['a claim after a recall', [...good, recall, ...again(6)], /after c0 was recalled/, {}],
  [
    'somebody who had opted out',
    [{ kind: 'opt-out', at: 0, to: '+c0-0', sender: undefined }, ...good],
    /who had opted out/,
    {},
  ],
  ['a second request in spite of a report', [...good, receipt, ...again(90_000)], /after a report of it/, {}],
  ['a report that nobody heeds', [...good.slice(0, -1), receipt, final('c0-0', 'unknown')], /in spite of a report/, {}],
  ['a text at night', [plan('c0-0', { quiet: { from: 1320, to: 480 } }), ...good.slice(1)], /in its quiet hours/, {}],
  [
    'too many at once',
    [begin({ concurrency: 1 }), lease, ...['c0-0', 'c0-1'].flatMap((row, i) => [claim(row), request(row, i)])],
    /has 2 requests out/,
    {},
  ],
  [
    'too many in a second',
    [plan('c0-0'), plan('c0-1'), begin({ perSecond: 1 }), lease, ...sent('c0-0', 1), ...sent('c0-1', 2)],
    /one of 2 in a second, at 1 a second, from S/,
    {},
  ],
  ['more than the limit', [begin({ limit: 1 }), lease, ...sent('c0-0', 1), ...sent('c0-1', 2)], /limit of 1/, {}],
  ['more than the budget', [plan('c0-0'), begin({ maxCost: 0.005 }), lease, ...sent('c0-0', 1)], /costs 0.01/, {}],
  [
    'going on when all fails',
    [begin(), lease, ...many.flatMap((row, i) => [claim(row), request(row, i), answer(row, i, 'rejected', 1)])],
    /failures/,
    {},
  ],
  ['an end that is none', [...good.slice(0, -2), end('finished', { pending: 1 })], /has finished, with 1 pending/, {}],
  ['a run that does not end', [...good, { kind: 'stuck', at: 1, run: 'r' }], /not at an end/, {}],
  [
    'a slow goodbye',
    [begin(), lease, { kind: 'interrupt', at: 1, run: 'r' }, { ...end('interrupted'), at: 99_999 }],
    /after its interrupt/,
    {},
  ],
  ['a run that dozes off', [...good.slice(0, -2), { ...end(), at: 3_600_000 }], /does nothing for 3600 s/, {}],
  ['a bug', [...good.slice(0, -2), end('exit 1')], /ends with exit 1/, {}],
])('finds %s', (_, history, problem, numbers) => {
  const verdict = judge(history);
  expect(verdict.violations.join('\n')).toMatch(problem);
  expect(verdict).toMatchObject(numbers);
});

it('forgives a resend what it warns of, and nothing else', () => {
  const history = (shownAt: number) => {
    const first = [claim('c0-0'), request('c0-0', 1), create('c0-0', 1, 2, shownAt), answer('c0-0', 1, 'unknown')];
    return [plan('c0-0'), begin(), lease, ...first, look(90_000), ...again(90_001), final('c0-0', 'accepted', 'SM2')];
  };
  expect(judge(history(91_000))).toMatchObject({ doubled: 0, hazards: 1, violations: [] });
  expect(judge(history(59_000))).toMatchObject({ doubled: 1, hazards: 0 });
});
