import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinalStatus, laterStatus, messageStatuses } from '../../../src/core/outcome/status.ts';

describe('the status to keep', () => {
  it.each<[string, string | undefined, string, string]>([
    ['the first word is taken', undefined, 'queued', 'queued'],
    ['the first word is taken, known or not', undefined, 'teleported', 'teleported'],
    ['a later one replaces', 'queued', 'sent', 'sent'],
    ['a step may be missing', 'accepted', 'delivered', 'delivered'],
    ['a late report does not go back', 'delivered', 'sent', 'delivered'],
    ['a repeated one changes nothing', 'sent', 'sent', 'sent'],
    ['of two ends the first stays', 'undelivered', 'delivered', 'undelivered'],
    ['of two beginnings the first stays', 'accepted', 'scheduled', 'accepted'],
    ['queued comes after accepted', 'accepted', 'queued', 'queued'],
    ['scheduled is canceled', 'scheduled', 'canceled', 'canceled'],
    ['delivered is read', 'delivered', 'read', 'read'],
    ['read is not delivered again', 'read', 'delivered', 'read'],
    ['part is delivered after it is sent', 'sent', 'partially_delivered', 'partially_delivered'],
    ['all is delivered after part of it', 'partially_delivered', 'delivered', 'delivered'],
    ['an inbound one is received', 'receiving', 'received', 'received'],
    ['an unknown word does not replace a known one', 'scheduled', 'teleported', 'scheduled'],
    ['a known word replaces an unknown one', 'teleported', 'accepted', 'accepted'],
    ['of two unknown words the first stays', 'teleported', 'beamed', 'teleported'],
    ['a name every object has is no status', 'queued', 'constructor', 'queued'],
  ])('%s', (_, current, reported, kept) => {
    expect(laterStatus(current, reported)).toBe(kept);
  });

  const words = fc.constantFrom(...messageStatuses, 'teleported', '', 'toString');
  const reports = fc.array(words, { minLength: 1, maxLength: 12 });
  const merge = (all: readonly string[]) => all.reduce<string | undefined>(laterStatus, undefined) ?? '';
  const sameRank = (a: string, b: string) => laterStatus(a, b) === a && laterStatus(b, a) === b;

  it('is of the same rank in whatever order the reports come', () => {
    const shuffled = reports.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(sameRank(merge(one), merge(other))).toBe(true);
      }),
    );
  });

  it('never goes back, and is one of the reports', () => {
    fc.assert(
      fc.property(reports, words, (before, next) => {
        const kept = merge(before);
        const then = laterStatus(kept, next);
        expect(before).toContain(kept);
        expect(laterStatus(then, kept)).toBe(then);
        expect([kept, next]).toContain(then);
      }),
    );
  });

  it('does not change by a report that repeats', () => {
    fc.assert(
      fc.property(reports, (all) => {
        expect(merge([...all, ...all])).toBe(merge(all));
      }),
    );
  });
});

describe('an end', () => {
  it.each(['delivered', 'undelivered', 'failed', 'canceled', 'received', 'read'])('is %s', (status) =>
    expect(isFinalStatus(status)).toBe(true),
  );

  it.each(['scheduled', 'accepted', 'queued', 'sending', 'sent', 'receiving', 'partially_delivered', 'teleported', ''])(
    'is not %s',
    (status) => expect(isFinalStatus(status)).toBe(false),
  );
});

it('lists every status once, in the order they come', () => {
  expect(new Set(messageStatuses).size).toBe(messageStatuses.length);
  expect([...messageStatuses].sort()).toEqual(
    [
      ...['accepted', 'canceled', 'delivered', 'failed', 'partially_delivered', 'queued', 'read'],
      ...['received', 'receiving', 'scheduled', 'sending', 'sent', 'undelivered'],
    ].sort(),
  );
  expect(messageStatuses.reduce<string | undefined>(laterStatus, undefined)).toBe('read');
});
