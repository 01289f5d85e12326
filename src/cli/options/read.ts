import { type SettingKey, settings } from '../../config/settings.ts';
import type { Parsed } from '../../core/parsed.ts';
import { withoutUserinfo } from '../../core/request/web-address.ts';
import { CliError } from '../../errors.ts';
import { nameOf, type OptionTable, type SwitchOption, type TextOption, type ValuesOf } from './option.ts';

/** What commander makes of a command line: texts, each in a list, and switches, by `keyOf`. */
export type Bag = Readonly<Record<string, unknown>>;

/** Settings that were given as flags: checked, and as the config reads them. */
export type GivenSettings = Readonly<Partial<Record<SettingKey, string>>>;

/** The name that commander gives an option: `--no-store-body` is `storeBody`. */
export function keyOf(spec: { readonly flags: string }): string {
  const bare = nameOf(spec).replace(/^--(no-)?/, '');
  return bare.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Reads all of a table's options but the settings, as they are meant at `nowMs` (milliseconds since 1970). Throws a
 * `CliError` that names flag, value and what is right.
 */
export function readOptions<T extends OptionTable>(table: T, bag: Bag, nowMs: number): ValuesOf<T> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    if (spec.form === 'switch') values[name] = readSwitch(spec, bag);
    else if (spec.form !== 'setting') values[name] = readText(spec, textsOf(spec, bag), nowMs);
  }
  return values as ValuesOf<T>;
}

/** What a command is given when nothing is. */
export function absent<T extends OptionTable>(table: T): ValuesOf<T> {
  return readOptions(table, {}, 0);
}

/** Reads those of a table's options that are settings. Throws as `readOptions` does. */
export function readSettings(table: OptionTable, bag: Bag): GivenSettings {
  const given: Partial<Record<SettingKey, string>> = {};
  for (const spec of Object.values(table)) {
    if (spec.form !== 'setting') continue;
    const text = textsOf(spec, bag).at(-1);
    if (text === undefined) continue;
    const parsed = settings[spec.setting].parse(text);
    if ('problem' in parsed) throw refusal(spec, text, parsed);
    given[spec.setting] = text;
  }
  return given;
}

/** The flags of a table's options that were given, that is, are not as when they are absent. */
export function flagsGiven<T extends OptionTable>(table: T, values: ValuesOf<T>, settings: GivenSettings): string[] {
  const without: Bag = absent(table);
  const isSame = (name: string) => JSON.stringify((values as Bag)[name]) === JSON.stringify(without[name]);
  return Object.entries(table).flatMap(([name, spec]) => {
    const isGiven = spec.form === 'setting' ? settings[spec.setting] !== undefined : !isSame(name);
    return isGiven ? [nameOf(spec)] : [];
  });
}

function readSwitch<T>(spec: SwitchOption<T>, bag: Bag): T {
  return spec.gather(bag[keyOf(spec)] as boolean | undefined);
}

function readText<T>(spec: TextOption<T>, texts: readonly string[], nowMs: number): T {
  const values = texts.map((text) => {
    const parsed = spec.parse(text, nowMs);
    if ('problem' in parsed) throw refusal(spec, text, parsed);
    return parsed.value;
  });
  const gathered = spec.gather(values);
  if ('problem' in gathered) throw refusal(spec, undefined, gathered);
  return gathered.value;
}

function textsOf(spec: { readonly flags: string }, bag: Bag): readonly string[] {
  const given = bag[keyOf(spec)];
  return given === undefined ? [] : ([given].flat() as string[]);
}

type Problem = Extract<Parsed<unknown>, { readonly problem: string }>;

function refusal(spec: { readonly flags: string }, text: string | undefined, { problem, hint }: Problem): CliError {
  return new CliError('usage', `${[...subjectOf(spec, text, problem), problem].join(' ')}.`, { ...(hint && { hint }) });
}

/** What is wrong: a flag with its value; of an argument, whose name nobody types, the value. */
function subjectOf(spec: { readonly flags: string }, text: string | undefined, problem: string): readonly string[] {
  if (text === undefined || problem === 'is empty') return [nameOf(spec)];
  const quotedValue = `"${withoutUserinfo(text)}"`;
  if (!spec.flags.startsWith('-')) return [quotedValue];
  return [nameOf(spec), text.trim() === '' ? quotedValue : withoutUserinfo(text)];
}
