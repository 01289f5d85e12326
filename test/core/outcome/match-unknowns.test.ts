import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageRequest, SendResult } from '../../../src/core/message.ts';
import { breaker } from '../../../src/core/outcome/breaker.ts';
import { likenessOf } from '../../../src/core/outcome/likeness.ts';
import {
  type ListComparison,
  type ListedMessage,
  matchUnknowns,
  type UnknownMessage,
} from '../../../src/core/outcome/match-unknowns.ts';

const claimedAt = Date.parse('2026-11-23T10:00:00.400Z');
const service = `MG${'a'.repeat(32)}`;
const template = `HX${'a'.repeat(32)}`;
const text = 'Your parcel waits at the shop';
const request: MessageRequest = { to: '+14155550100', from: '12345', body: text };

const unknown = (id: string, more: object = {}, about: Partial<UnknownMessage> = {}): UnknownMessage => ({
  ...{ id, request: { ...request, ...more }, claimedAt, clockAheadMs: 0 },
  ...about,
});
const listed = (sid: string, more: Partial<ListedMessage> = {}): ListedMessage => ({
  ...{ sid, to: request.to, from: '12345', messagingServiceSid: null, direction: 'outbound-api' },
  ...{ body: text, status: 'sent', createdAt: claimedAt + 1000, mediaCount: 0 },
  ...more,
});
const compare = (
  ours: readonly UnknownMessage[],
  theirs: readonly ListedMessage[],
  more: Partial<ListComparison> = {},
): string[] =>
  matchUnknowns({
    ...{ unknown: ours, listed: theirs, taken: new Set(), clockAheadMs: 0, timeoutMs: 30_000, isContested: false },
    ...more,
  }).map((resolution) => (resolution.kind === 'sent' ? resolution.sid : resolution.kind));

describe('one unknown message', () => {
  it.each<[string, string, object, Partial<ListedMessage>, Partial<ListComparison>]>([
    ['is found by its text', 'S1', {}, {}, {}],
    ['is found without a sender in the list', 'S1', {}, { from: null }, {}],
    [
      'is found by a service',
      'S1',
      { from: undefined, messagingServiceSid: service },
      { from: null, messagingServiceSid: service },
      {},
    ],
    ['is found when it was created late', 'S1', {}, { createdAt: claimedAt + 89_000 }, {}],
    ['is found in the second it was claimed in', 'S1', {}, { createdAt: Math.floor(claimedAt / 1000) * 1000 }, {}],
    ['is left to a person when its text is from before', 'ambiguous', {}, { createdAt: claimedAt - 3000 }, {}],
    ['is left to a person when its text is from long after', 'ambiguous', {}, { createdAt: claimedAt + 91_000 }, {}],
    ['is left to a person when its text has no date', 'ambiguous', {}, { createdAt: Number.NaN }, {}],
    ['is not another program’s text', 'absent', {}, { body: 'Your login code is 9911' }, {}],
    ['is not another sender’s', 'absent', {}, { from: '54321' }, {}],
    ['is not another service’s', 'absent', {}, { messagingServiceSid: service }, {}],
    ['is not an inbound message', 'absent', {}, { direction: 'inbound' }, {}],
    ['is not a message that is ours already', 'absent', {}, {}, { taken: new Set(['S1']) }],
    ['is not another’s when one is on its way', 'absent', {}, { body: 'Other' }, { isContested: true }],
    ['is found by its text even then', 'S1', {}, {}, { isContested: true }],
    [
      'is never absent where Twilio hides the number',
      'ambiguous',
      { addressRetention: 'obfuscate' },
      { from: 'X' },
      {},
    ],
  ])('%s', (_, resolution, ours, theirs, more) => {
    expect(compare([unknown('m1', ours)], [listed('S1', theirs)], more)).toEqual([resolution]);
  });

  it('is absent where nothing is listed', () => expect(compare([unknown('m1')], [])).toEqual(['absent']));

  it('is left to a person when two have its text', () => {
    expect(compare([unknown('m1')], [listed('S1'), listed('S2')])).toEqual(['ambiguous']);
  });

  it('is the one in time when another with its text is old', () => {
    expect(compare([unknown('m1')], [listed('S1', { createdAt: claimedAt - 86_400_000 }), listed('S2')])).toEqual([
      'S2',
    ]);
  });

  it('prefers the exact text to a similar one', () => {
    const theirs = [listed('S1', { body: "it's" }), listed('S2', { body: 'it’s' })];
    expect(compare([unknown('m1', { body: 'it’s' })], theirs)).toEqual(['S2']);
  });
});

describe('a rewriting', () => {
  const trial = 'Sent from your Twilio trial account - ';
  const long = 'See https://example.com/a/long/way now';
  it.each<[string, string, Partial<MessageRequest>, string, Partial<ListComparison>]>([
    ['a trial prefix', 'S1', { body: 'Hi' }, `${trial}Hi`, {}],
    [
      'a trial prefix, even when the clocks are not sure',
      'S1',
      { body: 'Hi' },
      `${trial}Hi`,
      { clockAheadMs: undefined },
    ],
    ['straightened quotes', 'S1', { body: 'it’s “on”…' }, 'it\'s "on"...', {}],
    ['quotes that were straight', 'S1', { body: "it's" }, 'it’s', {}],
    ['trimmed space', 'S1', { body: ' Hi\r\nyou  there ' }, 'Hi\nyou there', {}],
    ['all at once', 'S1', { body: ' “½ off”\u00a0– now ' }, `${trial}"1/2 off" - now`, {}],
    ['a composed letter', 'S1', { body: 'caf\u0065\u0301' }, 'café', {}],
    ['a shorter link', 'S1', { body: long }, 'See https://twil.io/x now', {}],
    ['a shorter link with a trial prefix', 'S1', { body: long }, `${trial}See https://twil.io/x now`, {}],
    ['a shorter link in other words', 'absent', { body: long }, 'Look https://twil.io/x now', {}],
    ['a link at another place', 'absent', { body: long }, 'See now https://twil.io/x', {}],
    ['a longer link', 'absent', { body: 'See https://a.io/1 now' }, 'See https://a.io/1234 now', {}],
    [
      'a longer link, shortened',
      'ambiguous',
      { body: 'See https://a.io/1', shortenUrls: true },
      'See https://aa.io/12',
      {},
    ],
    ['a link less', 'absent', { body: long }, 'See now', {}],
    ['nothing but a link', 'ambiguous', { body: 'https://example.com/a' }, 'https://a.io/1', {}],
    ['nothing but a link, shortened', 'S1', { body: 'https://example.com/a', shortenUrls: true }, 'https://a.io/1', {}],
    [
      'a shorter link while another is on its way',
      'ambiguous',
      { body: long },
      'See https://t.io/x now',
      { isContested: true },
    ],
    [
      'a shorter link when clocks are not sure',
      'ambiguous',
      { body: long },
      'See https://t.io/x now',
      { clockAheadMs: undefined },
    ],
    ['a text that goes on', 'absent', { body: 'Hi' }, 'Hi Ada', {}],
    ['a text that is ours in part', 'absent', { body: 'Hi Ada' }, 'Hi', {}],
    ['other case', 'absent', { body: 'Hi' }, 'HI', {}],
  ])('%s: %s', (_, resolution, ours, body, more) => {
    expect(compare([unknown('m1', ours)], [listed('S1', { body })], more)).toEqual([resolution]);
  });
});

/** Twilio's own table. */
const { default: smartEncoding } = createRequire(import.meta.url)(
  'sms-segments-calculator/dist/libs/SmartEncodingMap.js',
) as { default: Record<string, string> };

it('knows every character that smart encoding replaces, in both directions', () => {
  const unlike = Object.entries(smartEncoding).filter(([fancy, plain]) => {
    const [ours, theirs] = [`a${fancy}b`, `a${plain}b`];
    const [there, back] = [likenessOf({ body: ours }, { body: theirs }), likenessOf({ body: theirs }, { body: ours })];
    return there !== 'same' || back !== 'same';
  });
  expect(unlike).toEqual([]);
});

describe('a message without a text to compare', () => {
  const media = { body: undefined, mediaUrl: ['https://a/1'] };
  const card = { body: undefined, contentSid: template };
  const filled = { ...card, contentVariables: '{"1":"Ada","2":"12:30","3":"https://example.com/x"}' };
  const kept = { contentRetention: 'discard' };
  const codeText = 'Your login code is 9911';
  const both = { body: text, mediaUrl: ['https://a/1'] };
  it.each<[string, string, object, Partial<ListedMessage>, Partial<ListComparison>]>([
    ['media only', 'S1', media, { body: '', mediaCount: 1 }, {}],
    [
      'media only, with a trial prefix',
      'S1',
      media,
      { body: 'Sent from your Twilio trial account - ', mediaCount: 1 },
      {},
    ],
    ['media only, beside a text', 'absent', media, { body: codeText }, {}],
    ['media only, while another is on its way', 'ambiguous', media, { body: '', mediaCount: 1 }, { isContested: true }],
    ['media only, from long ago', 'ambiguous', media, { body: '', mediaCount: 1, createdAt: claimedAt - 9e6 }, {}],
    ['media only, when clocks are not sure', 'ambiguous', media, { body: '', mediaCount: 1 }, { clockAheadMs: 60_000 }],
    ['media sent as a link', 'S1', both, { body: `${text} https://mms.example/1` }, {}],
    ['a text beside somebody’s media', 'absent', {}, { body: '', mediaCount: 1 }, {}],
    ['a text that somebody emptied', 'ambiguous', {}, { body: '' }, {}],
    ['a text that is not kept', 'S1', kept, { body: '' }, {}],
    ['a content template', 'S1', card, { body: 'Whatever it makes' }, {}],
    [
      'a content template that holds what it was given',
      'S1',
      filled,
      { body: 'Ada, come at 12:30 to https://t.io/x' },
      {},
    ],
    ['a content template that lacks what it was given', 'ambiguous', filled, { body: codeText }, {}],
    ['a content template, while another is on its way', 'ambiguous', card, { body: 'Some' }, { isContested: true }],
    ['a content template, from another time', 'ambiguous', card, { body: 'Some', createdAt: claimedAt - 9e6 }, {}],
    ['a content template of another sender', 'absent', card, { body: 'Some', from: '9' }, {}],
  ])('%s: %s', (_, resolution, ours, theirs, more) => {
    expect(compare([unknown('m1', ours)], [listed('S1', theirs)], more)).toEqual([resolution]);
  });

  it('is left to a person when there are two candidates, or two of its kind', () => {
    const rendered = [listed('S1', { body: 'A' }), listed('S2', { body: 'B' })];
    expect(compare([unknown('m1', card)], rendered)).toEqual(['ambiguous']);
    expect(compare([unknown('m1', card), unknown('m2', card)], rendered)).toEqual(['ambiguous', 'ambiguous']);
    expect(compare([unknown('m1', card), unknown('m2')], [listed('S1', { body: 'A' })])).toEqual([
      'ambiguous',
      'absent',
    ]);
  });
});

describe('several unknown messages to one recipient', () => {
  it('are told apart by their texts', () => {
    const ours = [unknown('m1', { body: 'A' }), unknown('m2', { body: 'B' })];
    expect(compare(ours, [listed('S2', { body: 'B' }), listed('S1', { body: 'A' })])).toEqual(['S1', 'S2']);
  });

  it('of one text take a SID each', () => {
    expect(compare([unknown('m1'), unknown('m2')], [listed('S1'), listed('S2')]).sort()).toEqual(['S1', 'S2']);
  });

  it('of one text take the SIDs in the order of their times', () => {
    const early = unknown('m1', {}, { claimedAt: claimedAt - 60_000 });
    const theirs = [listed('S2', { createdAt: claimedAt + 60_000 }), listed('S1', { createdAt: claimedAt })];
    expect(compare([unknown('m2'), early], theirs)).toEqual(['S2', 'S1']);
  });

  it('of one text, one of which was sent, settle one', () => {
    expect(compare([unknown('m1'), unknown('m2')], [listed('S1')])).toEqual(['S1', 'absent']);
  });

  it('are left to a person when a short link cannot tell which is meant', () => {
    const ours = [
      unknown('m1', { body: 'See https://a.example/1' }),
      unknown('m2', { body: 'See https://a.example/2' }),
    ];
    expect(compare(ours, [listed('S1', { body: 'See https://t.io/x' })])).toEqual(['ambiguous', 'ambiguous']);
  });

  it('do not take what is neither’s', () => {
    const ours = [unknown('m1', { body: 'A' }), unknown('m2', { body: 'B' })];
    expect(compare(ours, [listed('S1', { body: 'C' })])).toEqual(['absent', 'absent']);
  });
});

describe('clocks', () => {
  const hour = 3_600_000;
  // Twilio created the message a second after our claim; `then` and `now` are what we believed its clock to be ahead.
  it.each<[string, string, number, number | undefined, number | undefined]>([
    ['right', 'S1', 0, 0, 0],
    ['right, within the slack', 'S1', 0, 1000, -500],
    ['90 s behind, and known', 'S1', 90_000, 90_000, 90_000],
    ['5 s ahead at the claim, unknown', 'S1', -5000, undefined, -5000],
    ['15 s ahead at the claim, unknown', 'S1', -15_000, undefined, -15_000],
    ['2 min behind at the claim, unknown', 'S1', 120_000, undefined, 120_000],
    ['1 h ahead at the claim, unknown', 'S1', -hour, undefined, -hour],
    ['5 s ahead at the claim, set right since', 'ambiguous', -5000, undefined, 0],
    ['15 s ahead at the claim, set right since', 'ambiguous', -15_000, undefined, 0],
    ['2 min behind at the claim, set right since', 'ambiguous', 120_000, undefined, 0],
    ['1 h ahead at the claim, set right since', 'ambiguous', -hour, undefined, 0],
    ['15 s ahead at the claim, as known, set right since', 'S1', -15_000, -15_000, 0],
    ['2 min behind at the claim, as known, set right since', 'S1', 120_000, 120_000, 0],
    ['1 h ahead at the claim, as known, set right since', 'S1', -hour, -hour, 0],
    ['stepped by an hour just before the claim', 'ambiguous', -hour, 0, 1000],
    ['stepped by an hour just before the claim, and known by now', 'S1', -hour, 0, -hour],
    ['known at the claim only', 'S1', -15_000, -15_000, undefined],
    ['known to nobody, and right', 'S1', 0, undefined, undefined],
    ['known to nobody, and wrong', 'ambiguous', hour, undefined, undefined],
  ])('%s: %s', (_, resolution, ahead, then, now) => {
    const ours = unknown('m1', {}, { clockAheadMs: then });
    const theirs = listed('S1', { createdAt: claimedAt + ahead + 1000 });
    expect(compare([ours], [theirs], { clockAheadMs: now })).toEqual([resolution]);
  });

  const offset = fc.oneof(fc.integer({ min: -2 * hour, max: 2 * hour }), fc.integer({ min: -1e12, max: 1e12 }));
  const belief = fc.option(offset, { nil: undefined });
  const rewritten = fc.constantFrom<(body: string) => string>(
    (body) => body,
    (body) => `Sent from your Twilio trial account - ${body}`,
    (body) => body.replace('’', "'").replace('…', '...'),
    (body) => body.replace(/https:\S+/, 'https://t.io/x1'),
    (body) => body.trim(),
  );
  const ourText = fc.constantFrom(text, ' It’s yours… ', 'See https://example.com/long/way, Ada', '𝒳 字 \u200b ok');
  const others = fc.array(
    fc.record({
      body: fc.oneof(ourText, fc.string(), fc.constant('Your login code is 9911')),
      createdAt: offset.map((ms) => claimedAt + ms),
      from: fc.constantFrom('12345', '999', null),
      direction: fc.constantFrom('outbound-api', 'inbound'),
    }),
    { maxLength: 4 },
  );

  it('never make a message absent that the list holds under a free SID', () => {
    fc.assert(
      fc.property(
        ourText,
        rewritten,
        fc.record({ claim: belief, look: belief, real: offset }),
        fc.integer({ min: 1, max: 3 }),
        others,
        fc.boolean(),
        (body, rewrite, { claim, look, real }, count, more, isContested) => {
          const ours = Array.from({ length: count }, (_, i) => unknown(`m${i}`, { body }, { clockAheadMs: claim }));
          const created = claimedAt + real;
          const theirs = ours.map((_, i) => listed(`S${i}`, { body: rewrite(body), createdAt: created }));
          const rest = more.map((one, i) => listed(`O${i}`, one));
          const found = compare(ours, [...rest, ...theirs], { clockAheadMs: look, isContested });
          expect(found).not.toContain('absent');
          const sids = found.filter((one) => one !== 'ambiguous');
          expect(new Set(sids).size).toBe(sids.length);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never give a message another program’s text', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 3 }).filter((body) => /\w{3}/.test(body) && !body.includes('code')),
        fc.record({ claim: belief, look: belief }),
        fc.boolean(),
        (body, { claim, look }, isContested) => {
          const ours = [unknown('m1', { body }, { clockAheadMs: claim })];
          const theirs = [listed('S1', { body: 'Your login code is 9911' })];
          expect(compare(ours, theirs, { clockAheadMs: look, isContested })).toEqual(['absent']);
        },
      ),
    );
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
