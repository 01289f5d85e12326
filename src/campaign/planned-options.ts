import { parameterNamed } from '../core/request/parameters.ts';

type Texts = Readonly<Record<string, string>>;

/** Settings that change what is sent to whom. */
export const plannedSettings = ['country', 'locale', 'quiet_hours', 'max_segments'] as const;

/** What is sent to whom, as a plan file keeps it. Its names are a contract; what is not given is null, empty or false. */
export interface PlannedOptions {
  readonly file: string;
  readonly campaign: string | null;
  readonly again: boolean;
  readonly input: {
    readonly maps: readonly string[];
    readonly template: string | null;
    readonly key: string | null;
    readonly timeZoneColumn: string | null;
    readonly delimiter: string | null;
    readonly encoding: string | null;
    readonly sheet: string | null;
    readonly sample: number | null;
    readonly testTo: string | null;
    readonly strict: boolean;
    /** A part of 1. */
    readonly maxInvalid: number;
  };
  readonly protection: { readonly asciiPunctuation: boolean; readonly storeBody: boolean };
  readonly settings: Texts;
  /** Message parameters as they were written, by our names for them. */
  readonly message: Readonly<Record<string, string | readonly string[]>>;
  readonly contentVariables: Texts;
  /** Parameters of Twilio that this version does not know. */
  readonly extra: Texts;
  readonly checkMedia: boolean;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTruth: Check = (value) => typeof value === 'boolean';
const isList: Check = (value) => Array.isArray(value) && value.every(isText);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const all =
  (check: (value: unknown, name: string) => boolean): Check =>
  (value) =>
    isRecord(value) && Object.entries(value).every(([name, held]) => check(held, name));

type Checks<T> = { readonly [K in keyof T]: Check };

const within =
  <T>(checks: Checks<T>): Check =>
  (value) =>
    isRecord(value) && Object.entries<Check>(checks).every(([name, check]) => check(value[name]));

const isSetting = (value: unknown, name: string): boolean =>
  plannedSettings.some((setting) => setting === name) && isText(value);

const checks: Checks<PlannedOptions> = {
  file: isText,
  campaign: orNull(isText),
  again: isTruth,
  input: within<PlannedOptions['input']>({
    maps: isList,
    template: orNull(isText),
    key: orNull(isText),
    timeZoneColumn: orNull(isText),
    delimiter: orNull(isText),
    encoding: orNull(isText),
    sheet: orNull(isText),
    sample: orNull((value) => Number.isInteger(value) && Number(value) > 0),
    testTo: orNull(isText),
    strict: isTruth,
    maxInvalid: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  }),
  protection: within<PlannedOptions['protection']>({ asciiPunctuation: isTruth, storeBody: isTruth }),
  settings: all(isSetting),
  message: all((value, name) => parameterNamed(name) === name && (isText(value) || isList(value))),
  contentVariables: all(isText),
  extra: all((value, name) => isText(value) && parameterNamed(name) === undefined),
  checkMedia: isTruth,
};

/** What is wrong with options that were read from a file, if anything is. */
export function problemOfPlanned(options: unknown): string | undefined {
  if (!isRecord(options)) return 'it has no options';
  const wrong = Object.entries<Check>(checks).find(([name, check]) => !check(options[name]));
  return wrong && `options.${wrong[0]} is wrong`;
}
