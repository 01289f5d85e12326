import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTemplate } from '../../../src/core/text/template.ts';

const names = ['a', 'first_name', '_x', 'Name2', 'constructor', '__proto__', 'length', 'size', 'first', 'last'];
const words = [
  'true',
  'nil',
  'empty',
  'blank',
  'and',
  'contains',
  'forloop',
  'a-b',
  'a.b',
  'a b',
  '1a',
  'ä',
  '"a"',
  '',
];
const spaces = fc.constantFrom('', ' ', ' ', '\n', '\t ', '\u00a0', '\u200b');
const field = fc
  .tuple(spaces, fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, fc.constantFrom(...words)), spaces)
  .map(([before, name, after]) => `{{${before}${name}${after}}}`);
const beyondPlain = ['{{- a -}}', '{{ a | upcase }}', '{{ a | default: "x" }}', '{% if a %}y{% endif %}', '{% raw %}'];
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('Hi ', '<b>&amp;</b>', '{', '}', '{ {', '}}', '{{', '%', '{%', '%}', '\r\n', '\\', '$&'),
);
const source = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: field },
      { weight: 6, arbitrary: text },
      { weight: 1, arbitrary: fc.constantFrom(...beyondPlain) },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    undefined,
    '',
    ' ',
    '0',
    '1.50',
    'false',
    '<a href="x">&</a>',
    '{{ a }}',
    '{% raw %}',
    '$1',
    '\u00a0',
  ),
);
const row = fc.tuple(...names.map((name) => value.map((cell) => [name, cell] as const))).map((cells) => new Map(cells));

/** What a template makes of a row: its text, the field that is missing, or what is wrong with it. */
async function outcome(template: string, cells: ReadonlyMap<string, string | undefined>): Promise<unknown> {
  try {
    const { fields, render } = await parseTemplate(template);
    return { fields, ...render((name) => cells.get(name)) };
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

/** Runs it with a clock that jumps by a second when it is read for the nth time. */
async function withJumps(nths: readonly number[], run: () => Promise<unknown>): Promise<unknown> {
  const { performance } = globalThis;
  let reads = 0;
  let jumped = 0;
  const now = () => {
    if (nths.includes(++reads)) jumped += 1000;
    return performance.now() + jumped;
  };
  globalThis.performance = { now } as typeof performance;
  try {
    return await run();
  } finally {
    globalThis.performance = performance;
  }
}

it('renders a text although the machine was busy meanwhile', async () => {
  const render = () => outcome('{{ a | upcase }}', new Map([['a', 'hi']]));
  expect(await withJumps([2], render)).toEqual({ fields: ['a'], text: 'HI' });
  expect(await withJumps([2, 4], render)).toEqual({ fields: ['a'], text: 'HI' });
});

it('gives up a text that takes too long', async () => {
  const endless = '{% for i in (1..3000) %}{% for j in (1..3000) %}{{ a }}{% endfor %}{% endfor %}';
  expect(await outcome(endless, new Map([['a', 'hi']]))).toMatch(/render limit exceeded/);
});

it('makes the same of plain fields as Liquid does', async () => {
  let texts = 0;
  await fc.assert(
    fc.asyncProperty(source, row, async (template, cells) => {
      const ours = await outcome(template, cells);
      // With a comment before it a template is more than text and fields, and Liquid renders all of it.
      expect(ours).toEqual(await outcome(`{% comment %}{% endcomment %}${template}`, cells));
      if (typeof ours === 'object') texts++;
    }),
    { numRuns: 600 },
  );
  expect(texts).toBeGreaterThan(120);
});
