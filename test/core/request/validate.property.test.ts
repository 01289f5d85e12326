import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makePlanner } from '../../../src/core/plan.ts';
import { phoneNormalizer } from '../../../src/core/recipient/phone.ts';
import { defaultLimits } from '../../../src/core/request/limits.ts';
import { makeMapping } from '../../../src/core/request/mapping.ts';
import { type ParameterKey, parameters } from '../../../src/core/request/parameters.ts';
import { flagOrigin, type RawRequest, validate } from '../../../src/core/request/validate.ts';
import { toForm } from '../../../src/provider/twilio/form.ts';
import { judgeCreate } from '../../../src/simulator/judge.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const context = { normalizePhone: await phoneNormalizer('US'), limits: defaultLimits, nowMs };

const number = fc.integer({ min: 2_000_000_000, max: 9_999_999_999 }).map((digits) => `+1${digits}`);
const anything = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  number,
  fc.constantFrom(
    'true',
    'false',
    '5',
    '60',
    '+2h',
    'https://e.com/a',
    'MyShop',
    '{"1":"x"}',
    `MG${'a'.repeat(32)}`,
    `HX${'a'.repeat(32)}`,
    'fixed',
  ),
);
const keys = parameters.map(({ key }) => key);
const raw = fc.dictionary(
  fc.constantFrom(...keys),
  fc.oneof(anything, fc.array(anything, { maxLength: 12 })),
) as fc.Arbitrary<RawRequest>;
const likely = fc.record({
  to: number,
  from: fc.constantFrom('12345', 'MyShop'),
  body: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
});

it('never throws, and gives a request exactly when there is no issue', () => {
  fc.assert(
    fc.property(raw, (request) => {
      const { request: valid, issues } = validate(request, flagOrigin, context);
      expect(valid === undefined).toBe(issues.length > 0);
    }),
    { numRuns: 1000 },
  );
});

it('lets nothing pass that Twilio would refuse for its form', () => {
  fc.assert(
    fc.property(likely, raw, (sound, more) => {
      const { request } = validate({ ...more, ...sound }, flagOrigin, context);
      if (request) expect(judgeCreate(toForm(request), nowMs)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

it('is given again what it gave: a valid request is valid', () => {
  fc.assert(
    fc.property(likely, raw, (sound, more) => {
      const { request } = validate({ ...more, ...sound }, flagOrigin, context);
      if (!request) return;
      const entries = Object.entries(request).map(([key, value]) => [
        key,
        Array.isArray(value) ? value : String(value),
      ]);
      const again = validate(Object.fromEntries(entries) as Record<ParameterKey, string>, flagOrigin, context);
      expect(again.request).toEqual(request);
    }),
  );
});

it('plans any row without throwing, whatever its cells', async () => {
  const cells = fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(anything, fc.array(anything, { maxLength: 3 })));
  const mapping = await makeMapping({
    base: { from: '12345' },
    body: 'Hi {{ name }} {{ constructor }}',
    columns: ['to', 'name', 'constructor'],
  });
  if ('problem' in mapping) throw new Error(mapping.problem);
  const plan = makePlanner(mapping.value, context);
  fc.assert(
    fc.property(cells, number, (fields, to) => {
      const { state, issues } = plan({ line: 2, cells: { ...fields, to } });
      expect(state === 'invalid').toBe(issues.length > 0);
    }),
    { numRuns: 1000 },
  );
});

it('plans a row the same whatever came before it', async () => {
  const names = fc.constantFrom(
    'to',
    'To',
    'phone',
    'name',
    'NAME',
    'body',
    'from',
    'media_url',
    'media_url_2',
    'zone',
  );
  const cell = fc.oneof(
    anything,
    fc.constantFrom('', ' ', '+14155550100', 'Ada', 'Europe/Berlin'),
    fc.array(anything, { maxLength: 3 }),
  );
  const rows = fc.array(fc.dictionary(names, cell, { maxKeys: 6 }), { minLength: 2, maxLength: 6 });
  const planner = async () => {
    const mapping = await makeMapping({
      base: { from: '12345', validityPeriod: '3' },
      maps: ['to=phone', 'first=name'],
      body: 'Hi {{ first }}',
      timeZoneColumn: 'zone',
    });
    if ('problem' in mapping) throw new Error(mapping.problem);
    return makePlanner(mapping.value, context);
  };
  await fc.assert(
    fc.asyncProperty(rows, async (all) => {
      const plan = await planner();
      for (const cells of all) expect(plan({ line: 2, cells })).toEqual((await planner())({ line: 2, cells }));
    }),
    { numRuns: 500 },
  );
});

it('finds each character that no text can hold, and no other', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const body = `é ${String.fromCharCode(code)}`;
    const { issues } = validate({ to: '+14155550100', from: '12345', body }, flagOrigin, context);
    const isUnprintable = /[^\P{Cc}\t\n\r]|\p{Cs}/u.test(body);
    if (issues.some(({ problem }) => /^holds (a control|half)/.test(problem)) !== isUnprintable) expect.fail(`${code}`);
  }
});
