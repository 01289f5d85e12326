import fc from 'fast-check';
import * as library from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import { expect, it } from 'vitest';
import { type Numbering, numberingLookup } from '../../../src/core/recipient/numbering-plans.ts';

/** How many numbers are compared; `VOLLEY_NUMBERS=1000000` compares a million. */
const count = Number(process.env['VOLLEY_NUMBERS'] ?? 20_000);

const plans = [...Object.values(metadata.countries), ...Object.values(metadata.nonGeographic)];
const callingCodes = [...new Set(plans.map(([code]) => String(code))), '999', '210', '384'];

/** Where a plan has the patterns of its kinds of numbers: the library's `es6/metadata.js`, `types`. */
const kindsAt = 11;

/** Numbers that fit each pattern of each plan. */
const fitting = plans.flatMap((plan) =>
  (plan[kindsAt] as readonly ([pattern?: string] | 0)[])
    .flatMap((kind) => (kind === 0 ? [] : (kind[0] ?? [])))
    .filter((pattern) => pattern !== '')
    .map((pattern) => fc.stringMatching(new RegExp(`^(?:${pattern})$`)).map((national) => `+${plan[0]}${national}`)),
);
const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const numbers = [
  // Of every calling code and length, most of them nobody's.
  fc.tuple(fc.constantFrom(...callingCodes), digits(5, 14)).map(([code, rest]) => `+${code}${rest}`.slice(0, 16)),
  // With one digit more or another than they should have.
  fc
    .tuple(fc.oneof(...fitting), fc.nat(15), digits(1, 2))
    .map(([number, at, other]) => number.slice(0, at + 1) + other + number.slice(at + 2)),
];

function* corpus(): Generator<string> {
  const sample = (from: fc.Arbitrary<string>, numRuns: number) => fc.sample(from, { numRuns, seed: 7 });
  for (const from of numbers) yield* sample(from, count / 4);
  for (const from of fitting) yield* sample(from, count / 2 / fitting.length);
}

/** The same number as people write it. */
const written = (number: string): string =>
  number.replace(/^(\+\d)(\d{2,3})(\d{3})(\d+)$/, number.endsWith('1') ? '$1 ($2) $3-$4' : '$1.$2..$3 - $4 ');

/** What the library's own parser says. */
function parsed(text: string): Numbering | undefined {
  const number = library.parsePhoneNumberFromString(text);
  return number && { ...number, isValid: number.isValid(), kind: number.getType() };
}

const fields = ({ number, isValid, kind, country }: Numbering) => [number, isValid, kind, country].join();

it('agrees with the library on numbers of all countries and kinds, and leaves it few of those that exist', {
  timeout: 600_000,
}, () => {
  const lookUp = numberingLookup(library);
  const differing: unknown[] = [];
  const kinds = new Set<string>();
  const counted = { valid: 0, invalid: 0, validLeft: 0, invalidLeft: 0 };
  for (const number of corpus()) {
    const ours = lookUp(number);
    const theirs = parsed(number);
    const isSame = !ours || (theirs && fields(ours) === fields(theirs));
    if (!isSame) differing.push({ number, ours, theirs });
    counted[`${theirs?.isValid ? 'valid' : 'invalid'}${ours ? '' : 'Left'}`]++;
    if (ours?.kind) kinds.add(ours.kind);
  }
  expect(differing).toEqual([]);
  expect(kinds.size).toBe(11);
  expect(counted.valid).toBeGreaterThan(count / 3);
  expect(counted.invalid).toBeGreaterThan(count / 4);
  expect(counted.validLeft).toBeLessThan(counted.valid / 20);
});

it('agrees with the library on separators', () => {
  const lookUp = numberingLookup(library);
  const separated = fc
    .array(fc.constantFrom(...'0123456789 ().-'), { minLength: 8, maxLength: 22 })
    .map((characters) => `+${characters.join('')}`);
  const texts = fc.oneof(separated, fc.oneof(...fitting).map(written));
  let found = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const ours = lookUp(text);
      const theirs = parsed(text);
      if (ours) expect(fields(ours)).toBe(theirs && fields(theirs));
      if (ours) found++;
    }),
    { numRuns: 3000 },
  );
  expect(found).toBeGreaterThan(1000);
});
