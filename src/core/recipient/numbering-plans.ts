type Library = typeof import('libphonenumber-js/max');

/** What is known of a number. */
export interface Numbering {
  /** In E.164. */
  readonly number: string;
  /** True when some numbering plan has such numbers. */
  readonly isValid: boolean;
  /** What it is used for, in the library's words, as `MOBILE`. */
  readonly kind?: string | undefined;
  /** ISO 3166; absent where no country has it alone. */
  readonly country?: string | undefined;
}

/** The order in which the library looks for a kind, after FIXED_LINE: its `es6/helpers/getNumberType.js`. */
const kindsBesideLandlines = [
  'MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
] as const;

/** The longest calling code, in digits: https://www.itu.int/rec/T-REC-E.164. */
const callingCodeDigits = 3;

/** What the library's own parser asks its metadata; its types name only part of it. */
interface LibraryMetadata {
  readonly hasCallingCode: (code: string) => true | undefined;
  readonly getCountryCodesForCallingCode: (code: string) => readonly string[] | undefined;
  readonly selectNumberingPlan: (countryOrCallingCode: string) => { readonly numberingPlan: LibraryPlan };
}

interface LibraryPlan {
  readonly nationalNumberPattern: () => string;
  readonly nationalPrefixForParsing: () => string | undefined;
  readonly leadingDigits: () => string | undefined;
  readonly type: (kind: string) => LibraryKind | undefined;
}

interface LibraryKind {
  /** Empty for MOBILE where landlines look the same. */
  readonly pattern: () => string;
  readonly possibleLengths: () => readonly number[];
}

/** A numbering plan whose patterns are compiled. */
interface Plan {
  readonly country: string | undefined;
  readonly national: RegExp;
  readonly leadingDigits: RegExp | undefined;
  readonly landline: Kind | undefined;
  readonly others: readonly Kind[];
}

interface Kind {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly lengths: readonly number[];
}

/** The plans under one calling code, and how a number begins that may hold a prefix for calls within the country. */
interface CallingCode {
  readonly plans: readonly Plan[];
  readonly nationalPrefix: RegExp | undefined;
}

/** A number in E.164: https://www.itu.int/rec/T-REC-E.164, with the 8 digits that the shortest numbers for texts have. */
export const e164 = /^\+[1-9]\d{7,14}$/;

/**
 * Makes a lookup of numbers with `+`, digits and plain separators that agrees with libphonenumber's parser, and is many
 * times as fast since each pattern of its metadata is compiled once. Undefined where the parser has to be asked: for
 * what begins like a national prefix, and for no calling code. `test/core/recipient/numbering-plans.test.ts` compares the two.
 */
export function numberingLookup({ Metadata }: Pick<Library, 'Metadata'>): (text: string) => Numbering | undefined {
  const metadata = new Metadata() as unknown as LibraryMetadata;
  const known = new Map<string, CallingCode | undefined>();
  return (text) => {
    const number = withoutSeparators(text);
    if (number === undefined) return undefined;
    for (let end = 2; end <= callingCodeDigits + 1; end++) {
      const code = number.slice(1, end);
      if (!known.has(code)) known.set(code, compileCallingCode(code, metadata));
      const found = known.get(code);
      if (found) return lookUp(number, number.slice(end), found);
    }
    return undefined;
  };
}

function withoutSeparators(text: string): string | undefined {
  if (e164.test(text)) return text;
  const number = /^\+[\d ().-]+$/.test(text) ? text.replace(/[ ().-]/g, '') : '';
  return e164.test(number) ? number : undefined;
}

function lookUp(number: string, national: string, { plans, nationalPrefix }: CallingCode): Numbering | undefined {
  // Some patterns of prefixes match nothing at all, which takes nothing off.
  if (nationalPrefix?.exec(national)?.[0]) return undefined;
  const [main] = plans;
  const numbering = (kind: string | undefined, country?: string): Numbering => {
    return { number, isValid: kind !== undefined, kind, country };
  };
  if (plans.length === 1 && main) return numbering(kindOf(national, main), main.country);
  for (const plan of plans) {
    if (plan.leadingDigits && !plan.leadingDigits.test(national)) continue;
    const kind = kindOf(national, plan);
    if (plan.leadingDigits || kind !== undefined) return numbering(kind, plan.country);
  }
  // No country has it: the main one's plan stands for all of them.
  return main && numbering(kindOf(national, main));
}

function kindOf(national: string, { national: pattern, landline, others }: Plan): string | undefined {
  if (!pattern.test(national)) return undefined;
  const isOf = ({ pattern, lengths }: Kind) => lengths.includes(national.length) && pattern.test(national);
  if (!landline || !isOf(landline)) return others.find(isOf)?.kind;
  const [mobile] = others;
  return mobile?.kind === 'MOBILE' && !isOf(mobile) ? 'FIXED_LINE' : 'FIXED_LINE_OR_MOBILE';
}

function compileCallingCode(code: string, metadata: LibraryMetadata): CallingCode | undefined {
  if (!metadata.hasCallingCode(code)) return undefined;
  const prefix = metadata.selectNumberingPlan(code).numberingPlan.nationalPrefixForParsing();
  const countries = metadata.getCountryCodesForCallingCode(code);
  const plansOf = (names: readonly string[]) =>
    names.map((name) => compilePlan(metadata.selectNumberingPlan(name).numberingPlan, countries && name));
  return {
    // Without a country it is a calling code of its own, as +800 is.
    plans: plansOf(countries ?? [code]),
    nationalPrefix: prefix ? new RegExp(`^(?:${prefix})`) : undefined,
  };
}

function compilePlan(plan: LibraryPlan, country: string | undefined): Plan {
  const leadingDigits = plan.leadingDigits();
  const compile = (kind: string): Kind[] => {
    const type = plan.type(kind);
    return type?.pattern() ? [{ kind, pattern: whole(type.pattern()), lengths: type.possibleLengths() }] : [];
  };
  return {
    country,
    national: whole(plan.nationalNumberPattern()),
    leadingDigits: leadingDigits ? new RegExp(`^(?:${leadingDigits})`) : undefined,
    landline: compile('FIXED_LINE')[0],
    others: kindsBesideLandlines.flatMap(compile),
  };
}

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
