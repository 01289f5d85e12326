import { expect, it } from 'vitest';
import { sendStates } from '../../../src/core/message.ts';
import { afterRecall } from '../../../src/ledger/rules/recall.ts';
import { dealtWith, maybeSent, neverSent, replaced, withoutOutcome } from '../../../src/ledger/rules/states.ts';

it('a later plan leaves, replaces or renews a row of every state', () => {
  expect([...dealtWith, ...replaced, 'pending'].sort()).toEqual([...sendStates].sort());
});

it('what was or may have been sent is dealt with, and never an input that may be given again', () => {
  for (const state of maybeSent) {
    expect(dealtWith).toContain(state);
    expect(neverSent).not.toContain(state);
  }
});

it('what may still change by itself is not purged', () => {
  expect(sendStates.filter((state) => !withoutOutcome.includes(state))).toEqual([
    ...['invalid', 'skipped', 'accepted', 'rejected', 'canceled'],
  ]);
});

it.each(sendStates)('after a recall nothing that is %s is pending', (state) => {
  expect(afterRecall(state)).toBe(state === 'pending' ? 'canceled' : state);
});
