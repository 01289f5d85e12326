import { describe, expect, it } from 'vitest';
import { readTemplateSource } from '../../../src/core/text/front-matter.ts';

describe('front matter', () => {
  it('gives parameters and fields, and is no part of the text', async () => {
    const source =
      '---\nfrom: "+14155550199"\nmedia_url: [https://a/1, https://a/2]\nfirst_name: there\n---\nHi {{ first_name }}\n';
    expect(await readTemplateSource(source)).toEqual({
      value: {
        text: 'Hi {{ first_name }}',
        parameters: { from: '+14155550199', mediaUrl: ['https://a/1', 'https://a/2'] },
        fields: Object.assign(Object.create(null), { first_name: 'there' }),
      },
    });
  });

  it.each([
    ['Hi\n---\nfrom: x\n---\n', 'Hi\n---\nfrom: x\n---'],
    ['--- not front matter', '--- not front matter'],
    ['\ufeffHi\r\n', 'Hi'],
  ])('is not seen in %j', async (source, text) =>
    expect(await readTemplateSource(source)).toMatchObject({ value: { text } }),
  );

  it.each([
    ['---\nfrom: [\n---\nHi', /not valid YAML/],
    ['---\njust words\n---\nHi', /not a list of names/],
    ['---\nfrom: {a: b}\n---\nHi', /gives from no plain value/],
  ])('says what is wrong with %j', async (source, problem) =>
    expect(await readTemplateSource(source)).toEqual(
      expect.objectContaining({ problem: expect.stringMatching(problem) }),
    ),
  );
});
