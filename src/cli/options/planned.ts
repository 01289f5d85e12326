import { type PlannedOptions, plannedSettings } from '../../campaign/planned-options.ts';
import { settings } from '../../config/settings.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { CliError } from '../../errors.ts';
import { fileOptions, mapping } from './input.ts';
import { type MessageValues, requestOf, rowMessageOptions } from './message.ts';
import { option, toggle, type ValuesOf } from './option.ts';
import { text } from './parsers.ts';
import { absent, flagsGiven, type GivenSettings } from './read.ts';
import { protection } from './sending.ts';

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

/** What is given beside `--apply`. */
interface GivenBeside extends ValuesOf<typeof whatIsSent> {
  readonly file: string | undefined;
  readonly dryRun: boolean;
  readonly settings: GivenSettings;
}

type Planned<K extends 'input' | 'protection'> = PlannedOptions[K];

type InputValues = ValuesOf<typeof mapping> & ValuesOf<typeof fileOptions>;

/** How rows are read: each option goes by one name, here and in a plan file. */
const inputNames = namesOf<keyof InputValues & keyof Planned<'input'>>({
  ...{ maps: true, template: true, key: true, timeZoneColumn: true, delimiter: true, encoding: true, sheet: true },
  ...{ sample: true, testTo: true, strict: true, maxInvalid: true },
});

type ProtectionValues = ValuesOf<typeof protection>;

const protectionNames = namesOf<keyof ProtectionValues & keyof Planned<'protection'>>({
  ...{ asciiPunctuation: true, storeBody: true },
});

const notBeside = { file: option('a file', '', text), dryRun: toggle('--dry-run', ''), ...whatIsSent };

/** Throws a `CliError` when something that a plan file says itself is given beside it. */
export function refuseBesidePlan(given: GivenBeside): void {
  const [extra] = flagsGiven(notBeside, given, given.settings);
  if (extra === undefined) return;
  throw new CliError('usage', `--apply sends the plan as it is, so ${extra} cannot be given with it.`);
}

/** Options as a plan file keeps them. */
export function toPlanned(options: WhatIsSent): PlannedOptions {
  const { extra = {}, ...message } = requestOf(options);
  const given = plannedSettings.flatMap((name) => {
    const value = options.settings[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    file: options.file,
    campaign: options.campaign ?? null,
    again: options.again,
    input: toKept<InputValues>(inputNames, options),
    protection: toKept<ProtectionValues>(protectionNames, options),
    settings: Object.fromEntries(given),
    message,
    contentVariables: options.contentVariable,
    extra,
    checkMedia: options.checkMedia,
  };
}

/** Options from what a plan file kept. Throws a `CliError` for a setting that is wrong now. */
export function fromPlanned(planned: PlannedOptions): WhatIsSent {
  const { message } = planned;
  for (const name of plannedSettings) refuseSetting(name, planned.settings[name]);
  return {
    ...absent(rowMessageOptions),
    ...(message as RawRequest as Partial<MessageValues>),
    file: planned.file,
    campaign: planned.campaign ?? undefined,
    again: planned.again,
    ...fromKept<Planned<'input'>>(inputNames, planned.input),
    ...fromKept<Planned<'protection'>>(protectionNames, planned.protection),
    settings: planned.settings,
    contentVariable: planned.contentVariables,
    param: planned.extra,
    checkMedia: planned.checkMedia,
  };
}

/** In a plan file what is not given is null. */
type Kept<T> = { readonly [K in keyof T]: undefined extends T[K] ? Exclude<T[K], undefined> | null : T[K] };

type Given<T> = { readonly [K in keyof T]: null extends T[K] ? Exclude<T[K], null> | undefined : T[K] };

/** The names of a table that has each of them, so that one that is forgotten does not compile. */
function namesOf<K extends string>(table: Readonly<Record<K, true>>): readonly K[] {
  return Object.keys(table) as K[];
}

function toKept<T>(names: readonly (keyof T)[], values: T): Kept<T> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? null])) as Kept<T>;
}

function fromKept<T>(names: readonly (keyof T)[], kept: T): Given<T> {
  return Object.fromEntries(names.map((name) => [name, kept[name] ?? undefined])) as Given<T>;
}

function refuseSetting(name: (typeof plannedSettings)[number], value: string | undefined): void {
  const parsed = value === undefined ? undefined : settings[name].parse(value);
  if (!parsed || 'value' in parsed) return;
  throw new CliError('input', `The plan's setting ${name} "${value}" ${parsed.problem}.`, {
    hint: 'Make a new plan with --plan FILE.',
  });
}
