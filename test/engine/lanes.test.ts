import { describe, expect, it } from 'vitest';
import { makeLanes } from '../../src/engine/lanes.ts';

describe('lanes', () => {
  it('share the free slots among who may send, and give none twice', () => {
    const lanes = makeLanes();
    for (const sender of ['A', 'B', 'C']) lanes.add(sender, 0);
    expect(lanes.take(8, 0)).toEqual([
      { sender: 'A', limit: 3 },
      { sender: 'B', limit: 3 },
      { sender: 'C', limit: 2 },
    ]);
    expect(lanes.take(8, 0)).toEqual([]);
  });

  it('take turns when there are more senders than slots', () => {
    const lanes = makeLanes();
    const seen: string[] = [];
    for (const sender of ['A', 'B', 'C']) lanes.add(sender, 0);
    for (let at = 0; at < 6; at++) {
      for (const { sender } of lanes.take(1, at)) {
        seen.push(sender);
        lanes.add(sender, at);
      }
    }
    expect([...seen].sort()).toEqual(['A', 'A', 'B', 'B', 'C', 'C']);
  });

  it('wait until their time, and no longer than the nearest that was said', () => {
    const lanes = makeLanes();
    lanes.add('A', 500);
    lanes.add('A', 200);
    lanes.add('A', 900);
    expect([lanes.take(1, 199), lanes.nextAt()]).toEqual([[], 200]);
    expect(lanes.take(1, 200)).toEqual([{ sender: 'A', limit: 1 }]);
    expect(lanes.nextAt()).toBeUndefined();
  });

  it('rest while they are paused, also for what comes meanwhile', () => {
    const lanes = makeLanes();
    lanes.add('A', 0);
    lanes.pause('A', 1000);
    lanes.add('A', 10);
    expect([lanes.take(1, 999), lanes.nextAt()]).toEqual([[], 1000]);
    expect(lanes.take(1, 1000)).toHaveLength(1);
  });

  it('stay closed', () => {
    const lanes = makeLanes();
    lanes.add('A', 0);
    lanes.close('A');
    lanes.add('A', 0);
    expect([lanes.take(1, 0), lanes.nextAt()]).toEqual([[], undefined]);
  });

  it('are at most so many at once, and who is done leaves its place to the next', () => {
    const lanes = makeLanes(2);
    for (const sender of ['A', 'B', 'C', 'D', 'E']) lanes.add(sender, 0);
    const taken = (at: number) => lanes.take(9, at).map(({ sender }) => sender);
    expect(taken(0)).toEqual(['A', 'B']);
    lanes.add('A', 5);
    expect([taken(0), lanes.nextAt()]).toEqual([[], 5]);
    lanes.done('B');
    expect(taken(0)).toEqual(['C']);
    // It comes back, behind those that have not had their turn.
    lanes.add('B', 0);
    lanes.close('C');
    expect(taken(0)).toEqual(['D']);
    lanes.pause('A', 50);
    expect(taken(10)).toEqual(['E']);
    for (const sender of ['D', 'E']) lanes.done(sender);
    expect(taken(10)).toEqual(['B']);
    expect([taken(49), lanes.nextAt()]).toEqual([[], 50]);
    expect(taken(50)).toEqual(['A']);
  });

  it('cost no more for many senders than for few', () => {
    const costOf = (count: number) => {
      const lanes = makeLanes();
      for (let i = 0; i < count; i++) lanes.add(`S${i}`, 0);
      const startedAt = performance.now();
      for (let i = 0; i < 20_000; i++) for (const { sender } of lanes.take(16, i)) lanes.add(sender, i);
      return performance.now() - startedAt;
    };
    costOf(100);
    expect(costOf(10_000)).toBeLessThan(20 * Math.max(5, costOf(100)));
  });
});
