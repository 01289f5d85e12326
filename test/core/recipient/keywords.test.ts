import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentOf } from '../../../src/core/recipient/keywords.ts';

const to = '+14155600199';
const tollFree = '+18005550199';

describe('a message of somebody', () => {
  it.each([
    ...['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'].map((word) => [word, 'stop']),
    ...['START', 'YES', 'UNSTOP'].map((word) => [word, 'start']),
    ...[
      'HELP',
      'INFO',
      'STOP PLEASE',
      'не хочу start',
      'Yes 👍',
      'Y.E.S!',
      'stop!',
      '"STOP"',
      'OPT OUT',
      'opt-out',
      '',
    ].map((body) => [body, undefined]),
    ...['ſtop', 'ＳＴＯＰ', 'st\u200bop', 'constructor', '__proto__', 'yes yes'].map((body) => [body, undefined]),
    ...[' Stop\n', '\tsTaRt ', '\u00a0end\u00a0'].map((body) => [body, /start/i.test(body) ? 'start' : 'stop']),
  ])('%j asks for %s', (body, consent) => expect(consentOf({ body: body ?? '', to })).toBe(consent));

  it.each([
    ['STOP', 'stop'],
    ['START', 'start'],
    ['UNSTOP', 'start'],
    ['YES', undefined],
    [' yes ', undefined],
  ])('%j to a toll-free number asks for %s', (body, consent) =>
    expect(consentOf({ body, to: tollFree })).toBe(consent),
  );

  it.each([
    ['STOP', 'arrête', 'stop'],
    ['START', 'STOP', 'start'],
    ['HELP', 'STOP', undefined],
    ['start', 'x', 'start'],
    ['MAYBE', 'STOP', undefined],
    ['', 'STOP', 'stop'],
  ])('with OptOutType %j and the text %j asks for %s', (optOutType, body, consent) =>
    expect(consentOf({ body, to, optOutType })).toBe(consent),
  );

  const word = fc.constantFrom('stop', 'STOPALL', 'end', 'start', 'Yes', 'unstop', 'optout');
  const foreign = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.trim() !== '');
  it('with another character than the keyword and white space asks for nothing', () => {
    fc.assert(
      fc.property(word, foreign, fc.constantFrom('', ' ', '\n'), fc.boolean(), (keyword, other, gap, isAfter) => {
        const body = isAfter ? keyword + gap + other : other + gap + keyword;
        // Some words are made of others: "un" before "stop" is START again.
        fc.pre(!/^\s*(stop|stopall|unstop)\s*$/i.test(body));
        expect(consentOf({ body, to })).toBeUndefined();
      }),
    );
  });
});
