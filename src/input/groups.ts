/** Gives what has come already as one group, at most `max`, and waits only when nothing has. */
export async function* inGroups<T>(source: AsyncIterable<T>, max: number): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  for (let first = await next; !first.done; first = await next) {
    const group = [first.value];
    next = iterator.next();
    while (group.length < max) {
      const soon = await Promise.race([next, turn()]);
      if (!soon || soon.done) break;
      group.push(soon.value);
      next = iterator.next();
    }
    yield group;
  }
}

const turn = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
