/**
 * Gives what has come already as one group, at most `max`, and waits only when nothing has.
 * What came before the source failed is given before the failure is thrown.
 */
export async function* inGroups<T>(source: AsyncIterable<T>, max: number): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = () => {
    const next = iterator.next();
    // Whether it failed is asked when its turn has come.
    next.catch(() => undefined);
    return next;
  };
  let next = ask();
  for (let first = await next; !first.done; first = await next) {
    const group = [first.value];
    next = ask();
    while (group.length < max) {
      const soon = await Promise.race([next, turn()]).catch(() => undefined);
      if (!soon || soon.done) break;
      group.push(soon.value);
      next = ask();
    }
    yield group;
  }
}

const turn = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
