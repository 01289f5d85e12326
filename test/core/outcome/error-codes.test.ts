import { describe, expect, it } from 'vitest';
import {
  type CodeAction,
  codeLink,
  errorCodes,
  explainCode,
  reasonInWords,
} from '../../../src/core/outcome/error-codes.ts';

const expected: Readonly<Record<CodeAction, readonly number[]>> = {
  'stop-run': [10001, 20003, 20005, 20006, 20008, 20403, 20404, 30002],
  'stop-sender': [
    ...[21212, 21267, 21601, 21603, 21606, 21607, 21659, 21660, 21661],
    ...[21701, 21703, 21704, 21705, 21708, 21709],
    ...[30018, 30024, 30032, 30033, 30034, 30035],
    63007,
  ],
  'pause-sender': [21611],
  wait: [20429],
  settle: [20500, 20503],
  skip: [21211, 21217, 21219, 21265, 21266, 21268, 21608, 21612, 21614, 21635, 63003, 63015, 63024, 63032],
  suppress: [21610, 30004, 30005, 30006, 30640],
  'skip-country': [21408, 21657, 30450],
  'fix-content': [
    ...[21602, 21609, 21617, 21619, 21620, 21621, 21622, 21623, 21624],
    ...[21654, 21655, 21656, 21658],
    ...[30007, 30011, 30019, 30045, 63013, 63016, 90007],
  ],
  'fix-schedule': [35111, 35114, 35115, 35117, 35118, 35125, 35126],
  'retry-later': [
    ...[30001, 30003, 30008, 30017, 30022, 30023, 30027, 30036, 30410, 30500, 30610],
    ...[63017, 63018, 63038],
  ],
};

describe('error codes', () => {
  it.each(Object.entries(expected))('%s for just these', (action, codes) => {
    const found = errorCodes.filter((known) => known.action === action).map(({ code }) => code);
    expect(found.sort((a, b) => a - b)).toEqual([...codes].sort((a, b) => a - b));
  });

  it('come once each', () => {
    expect(new Set(errorCodes.map(({ code }) => code)).size).toBe(errorCodes.length);
  });

  it.each(errorCodes)('$code: $meaning', (known) => {
    expect(explainCode(known.code)).toBe(known);
    // A meaning is put into a sentence, a hint is one.
    expect(known.meaning).toMatch(/^[a-zTW\d].{5,}[^.\s]$/);
    expect(known.meaning.length).toBeLessThanOrEqual(80);
    expect(known.hint).toMatch(/^([A-Z]|volley |It ).{5,}\.$/);
    expect(known.hint.length).toBeLessThanOrEqual(80);
  });

  it('say plainly what happened', () => {
    expect(explainCode(21610)?.meaning).toBe('the recipient has opted out (replied STOP)');
    expect(explainCode(30007)?.meaning).toBe('filtered by the carrier as spam');
  });

  it.each([0, 429, 21613, 99_999, Number.NaN])('know nothing of %d', (code) => {
    expect(explainCode(code)).toBeUndefined();
  });

  it.each([
    [30003, 'as it was given', 'as it was given'],
    [30003, '', 'the phone is off or out of reach'],
    [30003, undefined, 'the phone is off or out of reach'],
    [99_999, '', /no more than 99999: https:/],
    [null, 'as it was given', 'as it was given'],
    [null, '', undefined],
  ])('%s with the reason %j is put into words', (code, reason, words) => {
    const found = reasonInWords(code, reason);
    if (words instanceof RegExp) expect(found).toMatch(words);
    else expect(found).toBe(words);
  });

  it('link to Twilio’s page', () => {
    expect(codeLink(21610)).toBe('https://www.twilio.com/docs/api/errors/21610');
  });
});
