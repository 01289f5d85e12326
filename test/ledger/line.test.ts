import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchLine } from '../../src/ledger/postgres/line.ts';

interface Case {
  readonly silent: boolean;
  readonly answers: boolean;
  readonly isLeft?: boolean;
  readonly remoteAddress?: undefined;
}

it.each<[string, Case, boolean]>([
  ['silent to a machine that answers nobody', { silent: true, answers: false }, true],
  ['silent to a machine that answers others, as while a statement takes long', { silent: true, answers: true }, false],
  ['not silent', { silent: false, answers: false }, false],
  ['no longer in use', { silent: true, answers: false, isLeft: true }, false],
  ['one without a network', { silent: true, answers: false, remoteAddress: undefined }, false],
])('a line that is %s is closed or not', async (_, { silent, answers, isLeft, ...more }, expected) => {
  let isClosed = false;
  let bytes = 0;
  const line = {
    ...{ remoteAddress: '192.0.2.1', remotePort: 5432, ...more },
    get bytesRead() {
      return silent ? bytes : bytes++;
    },
    destroy: () => {
      isClosed = true;
      return line as never;
    },
  };
  const leave = watchLine(line, { silentMs: 5, answers: async () => answers });
  if (isLeft) leave();
  await delay(60);
  leave();
  expect(isClosed).toBe(expected);
});
