import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../src/core/text/template.ts';

async function render(source: string, fields: Readonly<Record<string, string>>, locale?: string): Promise<string> {
  const rendered = (await parseTemplate(source, locale)).render((name) => fields[name]);
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
  ])('%s of %s', async (source, x, text) => expect(await render(source, { x })).toBe(text));

  it.each([
    ['{{ x | money: "EUR" }}', '1234.5', '1.234,50 €'],
    ['{{ x | date: "%-d. %B" }}', '2026-12-24', '24. Dezember'],
  ])('%s of %s in German', async (source, x, text) => expect(await render(source, { x }, 'de-DE')).toBe(text));

  it.each([
    ['{{ x | money: "EUR" }}', '1.234,50', /"1.234,50" is no amount/],
    ['{{ x | money }}', '1', /needs a currency/],
    ['{{ x | date }}', '12/24/2026', /is no date/],
    ['{{ x | date }}', '2026-02-30', /is no date/],
    ['{{ x | date }}', 'now', /is no date/],
    ['{{ x | shout }}', 'a', /undefined filter: shout/],
  ])('%s of %s is a problem of its row', (source, x, message) =>
    expect(render(source, { x })).rejects.toThrow(message),
  );
});
