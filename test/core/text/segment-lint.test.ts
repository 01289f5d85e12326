import { describe, expect, it } from 'vitest';
import { lintSegments } from '../../../src/core/text/segment-lint.ts';
import { countSegments, withAsciiPunctuation } from '../../../src/core/text/segments.ts';

describe('what makes a text longer', () => {
  const long = 'x'.repeat(100);
  const lint = (body: string) => lintSegments(body, countSegments(body).segments);
  it.each([
    ['plain', long, undefined],
    ['an apostrophe', `it’s ${long}`, { character: '’', replacement: "'", segments: 2, plainSegments: 1 }],
    ['an emoji', `😀${long}`, { character: '😀', segments: 2, plainSegments: 1 }],
    ['both', `’😀${long}`, { character: '😀', segments: 2, plainSegments: 1 }],
    ['nothing that costs', 'it’s', undefined],
    ['another script', 'Сегодня мы открываемся в девять часов утра, приходите к нам пораньше, друзья', undefined],
  ])('%s', (_, body, found) => expect(lint(body)).toEqual(found));

  it('goes with plain punctuation, and letters stay', () => {
    expect(withAsciiPunctuation('“Zoë’s” – café… 10\u00a0€ 😀 ą')).toBe('"Zoë\'s" - café... 10 € 😀 ą');
  });
});
