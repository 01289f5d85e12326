import { expect, it } from 'vitest';
import { emptyCounts, type Report } from '../../src/core/outcome/report.ts';
import { paintFor } from '../../src/ui/paint.ts';
import { type Point, pointOf, type Snapshot, snapshotJson, withPoint } from '../../src/ui/watch-snapshot.ts';

const style = { paint: paintFor({ flag: 'never', env: {}, isTty: false }), width: 80, showPii: false };
const none = { amount: null, currency: null };
const report: Report = {
  ...{ rows: 10, counts: { ...emptyCounts(), accepted: 6, rejected: 1, pending: 3 }, statuses: {}, retried: 0 },
  ...{ segments: 0, cost: none, charged: { messages: 0, cost: none }, issues: [] },
  errors: [{ code: null, reason: '<b>+14155552671', count: 1 }],
};
const snapshot: Snapshot = {
  ...{ report, arrivals: { delivered: 4, failed: 1, onTheWay: 1 }, done: 7, left: 3, perSecond: 2, toGoMs: 1500 },
  ...{ stillMs: 0, isOver: false },
};
const at = Date.parse('2026-11-25T14:00:00Z');

it('a snapshot is a point of each curve, with what is not known left open', () => {
  expect(pointOf(snapshot, at)).toEqual([at, 2, null, null, 6, 4, 2]);
  expect(pointOf({ ...snapshot, latency: { halfMs: 1500, mostMs: 4000 } }, at).slice(2, 4)).toEqual([1.5, 4]);
});

it('many points are thinned, and the first and the last stay', () => {
  let points: readonly Point[] = [];
  for (let i = 0; i < 5000; i++) points = withPoint(points, [i]);
  expect(points.length).toBeLessThanOrEqual(600);
  expect([points[0], points.at(-1)]).toEqual([[0], [4999]]);
});

it('a page is told everything at first, and then the last point', () => {
  const points = [pointOf(snapshot, at), pointOf(snapshot, at + 1000)];
  const told = snapshotJson('spring', snapshot, { points, all: true, style });
  expect(told).toMatchObject({ canRecall: true, isOver: false, note: 'Running.', reasons: ['1 × <b>+1415•••2671'] });
  expect(told.points).toEqual(points);
  expect(told.figures.slice(0, 3)).toEqual([
    { label: 'sent a second', value: '2.0', tone: '' },
    { label: 'left', value: '3', tone: '' },
    { label: 'to go', value: '2 s', tone: '' },
  ]);
  expect(told.charts.map(({ about }) => about)).toEqual([
    'Sent a second: now 2',
    'Seconds to deliver, so far: half within not known, nine of ten within not known',
    'Messages: accepted 6, delivered 4, refused or not delivered 2',
  ]);
  expect(told.times.map(({ label }) => label)).toEqual(['14:00:00', '14:00:01']);
  expect(snapshotJson('spring', snapshot, { points, all: false, style }).points).toEqual(points.slice(1));
});

it.each<[Partial<Snapshot>, string]>([
  [{ left: 0 }, 'All has been sent; waiting for news of its delivery.'],
  [{ left: 0, isOver: true }, 'Nothing is left to send. No news of 1 message any more: the watch has ended.'],
  [
    { left: 0, isOver: true, arrivals: { delivered: 6, failed: 0, onTheWay: 0 } },
    'Nothing is left: the watch has ended.',
  ],
  [{ stillMs: 61_000 }, 'nothing for 1 min 1 s; where no run is at it: volley resume spring'],
])('says where it is (%#)', (more, note) => {
  expect(
    snapshotJson('spring', { ...snapshot, ...more }, { points: [pointOf(snapshot, at)], all: true, style }).note,
  ).toBe(note);
});
