import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { groupCommit } from '../../src/engine/group-commit.ts';

/** A commit whose writes end when the test says so; `groups` is what each of them wrote. */
function world() {
  const groups: (readonly number[])[] = [];
  const ends: { end: () => void; fail: (error: Error) => void }[] = [];
  const disk = (items: readonly number[]) => {
    groups.push(items);
    return new Promise<void>((end, fail) => ends.push({ end, fail }));
  };
  return { groups, ends, disk, commit: groupCommit(disk) };
}

/** As long as an item that is alone may wait. */
async function twoTurns(): Promise<void> {
  await turn();
  await turn();
}

it('writes what is ready together in one group, within two turns', async () => {
  const { groups, commit } = world();
  const early = turn().then(() => void commit.add(3));
  void commit.add(1);
  void commit.add(2);
  await Promise.all([twoTurns(), early]);
  expect(groups).toEqual([[1, 2, 3]]);
});

it('says that an item is written when it is, and not before', async () => {
  const { ends, commit } = world();
  let isWritten = false;
  const added = commit.add(1).then(() => (isWritten = true));
  await twoTurns();
  await twoTurns();
  expect(isWritten).toBe(false);
  ends[0]?.end();
  expect(await added).toBe(true);
});

it('lets what comes during a write go with the next, in one group', async () => {
  const { groups, ends, commit } = world();
  void commit.add(1);
  await twoTurns();
  void commit.add(2);
  await twoTurns();
  void commit.add(3);
  await twoTurns();
  expect(groups).toEqual([[1]]);
  ends[0]?.end();
  await turn();
  await twoTurns();
  expect(groups).toEqual([[1], [2, 3]]);
});

it('goes along with a write that is made anyway, and is not written again', async () => {
  const { groups, commit } = world();
  const added = commit.add(1);
  expect(await commit.writeWith(async (items) => [...items, 'claimed'])).toEqual([1, 'claimed']);
  await added;
  await twoTurns();
  await twoTurns();
  expect(groups).toEqual([]);
});

it('tells everyone of an error, and writes what comes later', async () => {
  const { groups, ends, commit } = world();
  const failed = [commit.add(1), commit.add(2)].map((added) => added.catch((error: Error) => error.message));
  await twoTurns();
  const later = commit.add(3);
  ends[0]?.fail(new Error('the disk is full'));
  expect(await Promise.all(failed)).toEqual(['the disk is full', 'the disk is full']);
  await twoTurns();
  ends[1]?.end();
  await later;
  expect(groups).toEqual([[1, 2], [3]]);
  const along = commit.add(4).catch((error: Error) => error.message);
  await expect(commit.writeWith(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(await along).toBe('lost');
});
