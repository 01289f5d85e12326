import { describe, expect, it } from 'vitest';
import { afterReport, viewOf, type WatchState, watchCampaign } from '../../src/campaign/watch.ts';
import type { SendState } from '../../src/core/message.ts';
import { emptyCounts, type Report } from '../../src/core/outcome/report.ts';
import { virtualClock } from '../virtual-clock.ts';

const none = { amount: null, currency: null };

const report = (
  counts: Partial<Record<SendState, number>>,
  statuses: Readonly<Record<string, number>> = {},
): Report => ({
  ...{ rows: 100, counts: { ...emptyCounts(), ...counts }, statuses, retried: 0, segments: 0 },
  ...{ cost: none, charged: { messages: 0, cost: none }, errors: [], issues: [] },
});

/** The view after reports at these seconds. */
function viewAfter(...reports: readonly (readonly [second: number, report: Report])[]) {
  let state: WatchState | undefined;
  for (const [second, told] of reports) state = afterReport(state, told, second * 1000);
  return viewOf(state as WatchState);
}

const sent = (accepted: number) => report({ accepted, pending: 100 - accepted }, { sent: accepted });

describe('what successive reports tell', () => {
  it('is a rate and the time to go once there are two', () => {
    expect(viewAfter([0, sent(10)])).toMatchObject({ done: 10, left: 90, perSecond: 0 });
    expect(viewAfter([0, sent(10)])).not.toHaveProperty('toGoMs');
    expect(viewAfter([0, sent(10)], [2, sent(20)], [4, sent(40)])).toMatchObject({ perSecond: 7.5, toGoMs: 8000 });
  });

  it('is the rate of the last fifteen seconds, and none after as long without progress', () => {
    const fast: [number, Report][] = [0, 1, 2, 3].map((second) => [second, sent(20 * second)]);
    expect(viewAfter(...fast, [17, sent(60)]).perSecond).toBeCloseTo(20 / 15);
    const view = viewAfter(...fast, [18, sent(60)], [30, sent(60)]);
    expect(view).toMatchObject({ perSecond: 0, stillMs: 27_000, isOver: false });
    expect(view).not.toHaveProperty('toGoMs');
  });

  it('never is a rate below zero, as when what was rejected is tried again', () => {
    expect(viewAfter([0, report({ rejected: 50 })], [1, report({ pending: 50 })]).perSecond).toBe(0);
  });

  it.each<[string, boolean, number, Report]>([
    ['something is pending', false, 1000, sent(99)],
    ['something is claimed', false, 1000, report({ accepted: 99, claimed: 1 })],
    ['all has arrived', true, 0, report({ accepted: 100 }, { delivered: 99, undelivered: 1 })],
    ['all was called back', true, 0, report({ canceled: 100 })],
    ['some are on their way', false, 59, report({ accepted: 100 }, { delivered: 99, sent: 1 })],
    ['no news came for a minute of what is on its way', true, 60, report({ accepted: 100 }, { sent: 100 })],
    ['an outcome is being looked for', false, 59, report({ accepted: 99, unknown: 1 })],
    ['nobody looks for an outcome any more', true, 60, report({ accepted: 99, unknown: 1 })],
  ])('when %s, is the end: %s', (_, isOver, second, told) => {
    expect(viewAfter([0, told], [second, told]).isOver).toBe(isOver);
  });
});

describe('watching', () => {
  const campaign = { id: 'c', name: 'c', createdAt: 0, source: 'x' };
  const over = report({ accepted: 100 }, { delivered: 100 });

  /** Watches what the ledger reports look by look, the last for ever; a look takes so long. */
  async function watching(reports: readonly Report[], { tookMs = 0, times = [] as number[] } = {}) {
    const clock = virtualClock(0);
    const looks: number[] = [];
    const asked: number[] = [];
    const views = [];
    const stop = new AbortController();
    const ledger = {
      report: async () => {
        looks.push(clock.monotonic);
        await clock.sleep(tookMs, stop.signal);
        return reports[Math.min(looks.length, reports.length) - 1] ?? over;
      },
      control: async () => ({}),
      deliveryTimes: async () => {
        asked.push(clock.monotonic);
        return times;
      },
    };
    const ports = { ledger, monotonic: () => clock.monotonic, sleep: clock.sleep, signal: stop.signal };
    for await (const view of watchCampaign(campaign, { everyMs: 1000, withLatency: times.length > 0 }, ports)) {
      views.push(view);
      if (views.length > 200) stop.abort();
    }
    return { looks, views, asked };
  }

  it('looks once a second until it is over', async () => {
    const { looks, views } = await watching([sent(10), sent(60), over]);
    expect(looks).toEqual([0, 1000, 2000]);
    expect(views.map(({ done }) => done)).toEqual([10, 60, 100]);
  });

  it('looks less often where a look takes long', async () => {
    expect((await watching([sent(10), sent(60), over], { tookMs: 1000 })).looks).toEqual([0, 6000, 12_000]);
  });

  it('ends when it is told to', async () => {
    expect((await watching([sent(10)])).views).toHaveLength(201);
  });

  it('reads how long messages took now and then, and at the end', async () => {
    const times = Array.from({ length: 10 }, (_, i) => 1000 * (10 - i));
    const reports = [...Array.from({ length: 7 }, (_, i) => sent(i)), over];
    const { asked, views } = await watching(reports, { times });
    expect(asked).toEqual([0, 5000, 7000]);
    expect(views.at(-1)?.latency).toEqual({ halfMs: 6000, mostMs: 10_000 });
    expect((await watching([over])).asked).toEqual([]);
  });
});
