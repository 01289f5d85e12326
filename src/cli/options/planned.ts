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

/** Options from what a plan file kept. Throws a `CliError` for a setting that is wrong now. */
export function fromPlanned(planned: PlannedOptions): WhatIsSent {
  const { input, protection, message } = planned;
  for (const name of plannedSettings) refuseSetting(name, planned.settings[name]);
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

function refuseSetting(name: (typeof plannedSettings)[number], value: string | undefined): void {
  const parsed = value === undefined ? undefined : settings[name].parse(value);
  if (!parsed || 'value' in parsed) return;
  throw new CliError('input', `The plan's setting ${name} "${value}" ${parsed.problem}.`, {
    hint: 'Make a new plan with --plan FILE.',
  });
}
