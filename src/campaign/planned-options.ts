import { fileOptions, mapping } from '../cli/options/input.ts';
import { type MessageValues, requestOf, rowMessageOptions } from '../cli/options/message.ts';
import { option, type ValuesOf } from '../cli/options/option.ts';
import { text } from '../cli/options/parsers.ts';
import { absent, type GivenSettings } from '../cli/options/read.ts';
import { protection } from '../cli/options/sending.ts';
import { settings } from '../config/settings.ts';
import { parameterNamed } from '../core/request/parameters.ts';
import type { RawRequest } from '../core/request/validate.ts';

/** What is sent to whom; all else, also the settings that are not among these, says how to send and how to tell of it. */
export const whatIsSent = {
  ...mapping,
  ...fileOptions,
  campaign: option('--campaign <name>', '', text),
  ...protection,
  ...rowMessageOptions,
};

/** What is sent to whom, with its settings. */
export interface WhatIsSent extends ValuesOf<typeof whatIsSent> {
  readonly file: string;
  readonly again: boolean;
  readonly settings: GivenSettings;
}

type Texts = Readonly<Record<string, string>>;

/** Settings that change what is sent to whom. */
const settingNames = ['country', 'locale', 'quiet_hours', 'max_segments'] as const;

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

/** Options as a plan file keeps them. */
export function toPlanned(options: WhatIsSent): PlannedOptions {
  const { extra = {}, ...message } = requestOf(options);
  const given = settingNames.flatMap((name) => {
    const value = options.settings[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    file: options.file,
    campaign: options.campaign ?? null,
    again: options.again,
    input: {
      maps: options.maps,
      template: options.template ?? null,
      key: options.key ?? null,
      timeZoneColumn: options.timeZoneColumn ?? null,
      delimiter: options.delimiter ?? null,
      encoding: options.encoding ?? null,
      sheet: options.sheet ?? null,
      sample: options.sample ?? null,
      testTo: options.testTo ?? null,
      strict: options.strict,
      maxInvalid: options.maxInvalid,
    },
    protection: { asciiPunctuation: options.asciiPunctuation, storeBody: options.storeBody },
    settings: Object.fromEntries(given),
    message,
    contentVariables: options.contentVariable,
    extra,
    checkMedia: options.checkMedia,
  };
}

/** Options from what a plan file kept. */
export function fromPlanned(planned: PlannedOptions): WhatIsSent {
  const { input, protection, message } = planned;
  return {
    ...absent(whatIsSent),
    ...(message as RawRequest as Partial<MessageValues>),
    file: planned.file,
    campaign: planned.campaign ?? undefined,
    again: planned.again,
    maps: input.maps,
    template: input.template ?? undefined,
    key: input.key ?? undefined,
    timeZoneColumn: input.timeZoneColumn ?? undefined,
    delimiter: input.delimiter ?? undefined,
    encoding: input.encoding ?? undefined,
    sheet: input.sheet ?? undefined,
    sample: input.sample ?? undefined,
    testTo: input.testTo ?? undefined,
    strict: input.strict,
    maxInvalid: input.maxInvalid,
    ...protection,
    settings: planned.settings,
    contentVariable: planned.contentVariables,
    param: planned.extra,
    checkMedia: planned.checkMedia,
  };
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

const isSetting = (value: unknown, name: string): boolean => {
  const known = settingNames.find((setting) => setting === name);
  return known !== undefined && isText(value) && 'value' in settings[known].parse(value);
};

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
