import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../src/core/message.ts';
import { breaker } from '../../src/core/outcome/breaker.ts';
import { type ListedMessage, type Look, settle, type UnknownMessage } from '../../src/core/outcome/settle.ts';

const claimedAt = Date.parse('2026-11-23T10:00:00.400Z');
const request = { to: '+14155550100', from: '12345', body: 'Hi' };

const unknown = (id: string, more: object = {}, at = claimedAt): UnknownMessage => ({
  id,
  request: { ...request, ...more },
  claimedAt: at,
});
const listed = (sid: string, more: Partial<ListedMessage> = {}): ListedMessage => ({
  ...{
    sid,
    to: request.to,
    from: '12345',
    messagingServiceSid: null,
    direction: 'outbound-api',
    body: 'Hi',
    status: 'sent',
  },
  ...{ createdAt: claimedAt + 1000 },
  ...more,
});
const look = (ours: readonly UnknownMessage[], theirs: readonly ListedMessage[], more: Partial<Look> = {}) =>
  settle({
    unknown: ours,
    listed: theirs,
    taken: new Set(),
    clockAheadMs: 0,
    timeoutMs: 30_000,
    isContested: false,
    ...more,
  }).map((finding) => (finding.kind === 'sent' ? finding.sid : finding.kind));

describe('one unknown message', () => {
  const service = `MG${'a'.repeat(32)}`;
  it.each<[string, string, object, Partial<ListedMessage>, Partial<Look>]>([
    ['is found by its text', 'S1', {}, {}, {}],
    ['is found without a sender in the list', 'S1', {}, { from: null }, {}],
    ['is found with a trial prefix', 'S1', {}, { body: 'Sent from your Twilio trial account - Hi' }, {}],
    ['is found with its quotes straightened', 'S1', { body: 'it’s “on”…' }, { body: 'it\'s "on"...' }, {}],
    [
      'is found with its link shortened',
      'S1',
      { body: 'See https://example.com/long now' },
      { body: 'See https://twil.io/x now' },
      {},
    ],
    ['is found as the only one left, whatever its text', 'S1', {}, { body: 'Something a template made' }, {}],
    ['is found without a text', 'S1', { body: undefined, mediaUrl: ['https://a/1'] }, { body: '' }, {}],
    [
      'is found by a service',
      'S1',
      { from: undefined, messagingServiceSid: service },
      { from: null, messagingServiceSid: service },
      {},
    ],
    ['is found by a clock that is ahead', 'S1', {}, { createdAt: claimedAt + 91_000 }, { clockAheadMs: 90_000 }],
    ['is found when it was created late', 'S1', {}, { createdAt: claimedAt + 89_000 }, {}],
    ['is found in the second it was claimed in', 'S1', {}, { createdAt: Math.floor(claimedAt / 1000) * 1000 }, {}],
    ['is not a message of before', 'absent', {}, { createdAt: claimedAt - 3000 }, {}],
    ['is not a message of long after', 'absent', {}, { createdAt: claimedAt + 91_000 }, {}],
    ['is not another sender’s', 'absent', {}, { from: '54321' }, {}],
    ['is not another service’s', 'absent', {}, { messagingServiceSid: service }, {}],
    ['is not an inbound message', 'absent', {}, { direction: 'inbound' }, {}],
    ['is not a message that is ours already', 'absent', {}, {}, { taken: new Set(['S1']) }],
    [
      'is left to a person when another is on its way and the text differs',
      'ambiguous',
      {},
      { body: 'Other' },
      { isContested: true },
    ],
    ['is found by its text even then', 'S1', {}, {}, { isContested: true }],
  ])('%s', (_, finding, ours, theirs, more) => {
    expect(look([unknown('m1', ours)], [listed('S1', theirs)], more)).toEqual([finding]);
  });

  it('is absent where nothing is listed', () => expect(look([unknown('m1')], [])).toEqual(['absent']));

  it('is left to a person when two have its text', () => {
    expect(look([unknown('m1')], [listed('S1'), listed('S2')])).toEqual(['ambiguous']);
  });

  it('prefers the exact text to a similar one', () => {
    expect(
      look([unknown('m1', { body: 'it’s' })], [listed('S1', { body: "it's" }), listed('S2', { body: 'it’s' })]),
    ).toEqual(['S2']);
  });
});

describe('several unknown messages to one recipient', () => {
  it('are told apart by their texts', () => {
    expect(
      look(
        [unknown('m1', { body: 'A' }), unknown('m2', { body: 'B' })],
        [listed('S2', { body: 'B' }), listed('S1', { body: 'A' })],
      ),
    ).toEqual(['S1', 'S2']);
  });

  it('of one text take a SID each', () => {
    expect(look([unknown('m1'), unknown('m2')], [listed('S1'), listed('S2')]).sort()).toEqual(['S1', 'S2']);
  });

  it('of one text, one of which was sent, settle one', () => {
    expect(look([unknown('m1'), unknown('m2')], [listed('S1')])).toEqual(['S1', 'absent']);
  });

  it('are left to a person when a text cannot tell which is meant', () => {
    expect(look([unknown('m1', { body: 'A' }), unknown('m2', { body: 'B' })], [listed('S1', { body: 'C' })])).toEqual([
      'ambiguous',
      'ambiguous',
    ]);
  });
});

describe('the breaker', () => {
  const accepted: SendResult = { kind: 'accepted', sid: 'S', status: 'queued' };
  const rejected = (code: number): SendResult => ({ kind: 'rejected', code, reason: `no ${code}` });
  const trip = (results: readonly SendResult[]) => {
    const one = breaker();
    return results.findIndex((result) => one.add(result) !== undefined);
  };

  it.each<[string, number, SendResult[]]>([
    ['trips when most fail with one code', 31, Array(40).fill(rejected(30007))],
    ['trips after success', 131, [...Array(100).fill(accepted), ...Array(40).fill(rejected(30007))]],
    ['trips when no answer can be trusted', 31, Array(40).fill({ kind: 'unknown', reason: 'HTTP 500' })],
    ['does not trip for many codes', -1, Array.from({ length: 400 }, (_, i) => rejected(i % 2))],
    [
      'does not trip when a quarter succeeds',
      -1,
      Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? accepted : rejected(1))),
    ],
    ['does not count retries', -1, Array(400).fill({ kind: 'retry', cause: 'busy', reason: '429' })],
  ])('%s', (_, at, results) => expect(trip(results)).toBe(at));

  it('says what they failed with', () => {
    const one = breaker();
    const tripped = Array.from({ length: 32 }, () => one.add(rejected(30007))).at(-1);
    expect(tripped).toEqual({ code: 30007, reason: 'no 30007' });
  });
});
