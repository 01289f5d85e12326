import { expect, it } from 'vitest';
import { senderState } from '../../../src/ledger/rules/sender-state.ts';

it.each([
  ['has nothing left', null, 0, {}],
  ['may send at once what has long been due', 900, 0, { waitMs: 0 }],
  ['waits for its pace', 1000, 250, { waitMs: 250 }],
  ['waits for its pace though the next one is due a little later', 1100, 250, { waitMs: 250 }],
  ['waits until something is due', 1500, 250, { waitMs: 500, isDeferred: true }],
])('a sender %s', (_, dueAt, paceMs, expected) => {
  expect(senderState({ sender: 'A', dueAt }, paceMs, 1000)).toEqual({ sender: 'A', ...expected });
});
