import { describe, expect, it } from 'vitest';
import { listPrice, senderKindOf, tablePrice } from '../../src/core/cost/pricing.ts';
import { overflows } from '../../src/core/cost/sender-rate.ts';
import { makeMapping } from '../../src/core/request/mapping.ts';
import { readTemplateSource } from '../../src/core/text/front-matter.ts';
import { lintSegments } from '../../src/core/text/segment-lint.ts';
import { countSegments, withAsciiPunctuation } from '../../src/core/text/segments.ts';
import { parseTemplate } from '../../src/core/text/template.ts';

function render(source: string, fields: Readonly<Record<string, string>>, locale?: string): string {
  const rendered = parseTemplate(source, locale).render((name) => fields[name]);
  return 'text' in rendered ? rendered.text : `missing ${rendered.missing}`;
}

describe('filters', () => {
  it.each([
    ['{{ x | name }}', 'ADA  LOVELACE', 'Ada Lovelace'],
    ['{{ x | name }}', "mary-jane o'neill", "Mary-Jane O'Neill"],
    ['{{ x | name }}', 'Ludwig van Beethoven', 'Ludwig van Beethoven'],
    ['{{ x | name }}', 'ÉLODIE', 'Élodie'],
    ['{{ x | money: "USD" }}', '1234.5', '$1,234.50'],
    ['{{ x | money: "JPY" }}', '1234', '¥1,234'],
    ['{{ x | date }}', '2026-12-24', '24 December 2026'],
    ['{{ x | date: "%a %-d %b, %H:%M" }}', '2026-12-24T09:30', 'Thu 24 Dec, 09:30'],
    ['{{ x | date: "%H:%M" }}', '2026-12-24T23:30:00+02:00', '23:30'],
    ['{{ x | date: "%Y-%m-%d" }}', '24.12.2026', '2026-12-24'],
    ['{{ x | upcase | append: "!" }}', 'hi', 'HI!'],
    ['{{ y | default: "you" }}', '', 'you'],
  ])('%s of %s', (source, x, text) => expect(render(source, { x })).toBe(text));

  it.each([
    ['{{ x | money: "EUR" }}', '1234.5', '1.234,50 €'],
    ['{{ x | date: "%-d. %B" }}', '2026-12-24', '24. Dezember'],
  ])('%s of %s in German', (source, x, text) => expect(render(source, { x }, 'de-DE')).toBe(text));

  it.each([
    ['{{ x | money: "EUR" }}', '1.234,50', /"1.234,50" is no amount/],
    ['{{ x | money }}', '1', /needs a currency/],
    ['{{ x | date }}', '12/24/2026', /is no date/],
    ['{{ x | date }}', '2026-02-30', /is no date/],
    ['{{ x | date }}', 'now', /is no date/],
    ['{{ x | shout }}', 'a', /undefined filter: shout/],
  ])('%s of %s is a problem of its row', (source, x, message) => expect(() => render(source, { x })).toThrow(message));
});

describe('front matter', () => {
  it('gives parameters and fields, and is no part of the text', () => {
    const source =
      '---\nfrom: "+14155550199"\nmedia_url: [https://a/1, https://a/2]\nfirst_name: there\n---\nHi {{ first_name }}\n';
    expect(readTemplateSource(source)).toEqual({
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
  ])('is not seen in %j', (source, text) => expect(readTemplateSource(source)).toMatchObject({ value: { text } }));

  it.each([
    ['---\nfrom: [\n---\nHi', /not valid YAML/],
    ['---\njust words\n---\nHi', /not a list of names/],
    ['---\nfrom: {a: b}\n---\nHi', /gives from no plain value/],
  ])('says what is wrong with %j', (source, problem) =>
    expect(readTemplateSource(source)).toEqual(expect.objectContaining({ problem: expect.stringMatching(problem) })),
  );
});

describe('a template chosen by the row', () => {
  const templates = {
    welcome: { text: 'Welcome {{ name }}', parameters: { validityPeriod: '60' }, fields: { name: 'friend' } },
    bye: { text: 'Bye {{ name }}', parameters: {}, fields: {} },
  };
  const map = (cells: Readonly<Record<string, string>>) => {
    const mapping = makeMapping({ base: { from: '12345' }, body: 'Hello {{ name }}', templates });
    if ('problem' in mapping) throw new Error(mapping.problem);
    const { raw, issues } = mapping.value.toRaw({ line: 2, cells: { to: '+1', ...cells } });
    return issues.length > 0 ? issues[0] : raw;
  };
  it.each([
    [
      { template: 'welcome', name: 'Ada' },
      { body: 'Welcome Ada', validityPeriod: '60' },
    ],
    [{ template: 'welcome', name: '' }, { body: 'Welcome friend' }],
    [{ template: '', name: 'Ada' }, { body: 'Hello Ada' }],
    [{ template: 'bye', name: 'Ada', body: 'My own' }, { body: 'My own' }],
    [
      { template: 'bye', name: '' },
      { column: 'name', problem: 'is empty, but the text needs it' },
    ],
    [
      { template: 'hello', name: 'x' },
      { column: 'template', problem: 'names no template', hint: expect.stringMatching('welcome, bye') },
    ],
    [{ template: 'constructor', name: 'x' }, { problem: 'names no template' }],
  ])('%j', (cells, expected) => expect(map(cells)).toMatchObject(expected));
});

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

describe('prices', () => {
  const list = { currency: 'USD', bySenderKind: { local: 0.01, 'toll free': 0.02, shortcode: 0.03, mobile: 0.015 } };
  it.each([
    ['+14155550199', 'local', 0.01],
    ['+18005550199', 'toll free', 0.02],
    ['12345', 'shortcode', 0.03],
    ['ACME', undefined, 0.03],
    [`MG${'a'.repeat(32)}`, undefined, 0.03],
    ['+4915112345678', undefined, 0.03],
    ['whatsapp:+14155550199', undefined, undefined],
  ])('of %s', (sender, kind, price) => expect([senderKindOf(sender), listPrice(list, sender)]).toEqual([kind, price]));

  it.each([
    ['US', '12345', 0.01],
    ['GB', '12345', 0.1],
    [null, 'whatsapp:+14155550199', 0.005],
    [null, 'rcs:+14155550199', 0.1],
  ])('by the config, for %s from %s', (country, sender, price) =>
    expect(
      tablePrice(
        { currency: 'USD', prices: { US: 0.01, whatsapp: 0.005, default: 0.1 } },
        { country, sender, hasMedia: false },
      ),
    ).toBe(price),
  );
});

it('the price of an MMS is its own, or the default, never that of a text', () => {
  const picture = { country: 'US', sender: '12345', hasMedia: true };
  expect(tablePrice({ currency: 'USD', prices: { US: 0.01, mms: 0.02 } }, picture)).toBe(0.02);
  expect(tablePrice({ currency: 'USD', prices: { US: 0.01 } }, picture)).toBeUndefined();
});

it.each([
  ['all at once from a long code', '+14155550199', undefined, 40_000],
  ['as slowly as it sends', '+14155550199', 1, undefined],
  ['at twice that', '+14155550199', 2, 20_000],
  ['from a short code', '12345', undefined, undefined],
  ['from a service', 'MG', undefined, undefined],
])('queues at Twilio, given %s', (_, sender, rate, queueSeconds) =>
  expect(overflows([{ sender, count: 40_000, segments: 40_000 }], rate, 14_400)[0]?.queueSeconds).toBe(queueSeconds),
);
