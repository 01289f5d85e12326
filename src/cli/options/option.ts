import type { SettingKey } from '../../config/settings.ts';
import type { Parsed } from '../../core/parsed.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { either } from '../../core/text/wording.ts';

/**
 * Understands one text, or says what is wrong with it in words that follow the flag and the text. A time that is told
 * from now is from `nowMs`, in milliseconds since 1970.
 */
export type Parse<T> = (text: string, nowMs: number) => Parsed<T>;

interface Shown {
  /** As help shows it: `-v, --verbose`, `--limit <n>`; an argument is `<file>` or `[file]`. */
  readonly flags: string;
  readonly about: string;
  /** The heading it stands under in help. */
  readonly group?: string;
  /** All that may be given, where that is a short list. */
  readonly choices?: readonly string[];
}

/** An option, or an argument, with a text. */
export interface TextOption<T> extends Shown {
  readonly form: 'flag' | 'argument';
  readonly parse: Parse<unknown>;
  /** One value of all that were given; with none of them, what it is when it is absent. */
  readonly gather: (values: readonly unknown[]) => Parsed<T>;
}

/** An option without a text: `--yes`, `--yes=false`, `--no-yes`. */
export interface SwitchOption<T> extends Shown {
  readonly form: 'switch';
  /** The next word is its own when it is `true` or `false`. */
  readonly takesWord: boolean;
  /** `isOn` is undefined when it is absent. */
  readonly gather: (isOn: boolean | undefined) => T;
}

/** An option that sets something that can be configured, too: it is read from the config, which it outranks. */
export interface SettingOption extends Shown {
  readonly form: 'setting';
  readonly setting: SettingKey;
}

/** An option of a command, with the type of its value. */
export type Option<T> = TextOption<T> | SwitchOption<T>;

/** A command's options and arguments by the names of their values; arguments in their order. */
export type OptionTable = Readonly<Record<string, Option<unknown> | SettingOption>>;

/** What reading a table gives: every field is there. Settings are not: they are merged into the config. */
export type ValuesOf<T extends OptionTable> = {
  readonly [K in keyof T as T[K] extends SettingOption ? never : K]: T[K] extends Option<infer V> ? V : never;
};

/** An option with a text. Without a fallback it may be undefined. */
export function option<T>(flags: string, about: string, parse: Parse<T>): TextOption<T | undefined>;
export function option<T>(flags: string, about: string, parse: Parse<T>, fallback: T): TextOption<T>;
export function option<T>(flags: string, about: string, parse: Parse<T>, fallback?: T): TextOption<T | undefined> {
  const form = flags.startsWith('-') ? 'flag' : 'argument';
  // As everywhere: the last one wins, so that an alias can be overruled.
  return {
    form,
    flags,
    about,
    parse,
    gather: (values) => ({ value: (values.at(-1) ?? fallback) as T }),
  };
}

/** An option or argument that has to be given. */
export function required<T>(flags: string, about: string, parse: Parse<T>): TextOption<T> {
  const gather = (values: readonly unknown[]): Parsed<T> =>
    values.length === 0 ? { problem: 'has to be given', hint: `${flags}: ${about}.` } : { value: values.at(-1) as T };
  return { ...option(flags, about, parse), gather };
}

/** One of a few words. */
export function choice<const T extends string>(flags: string, about: string, choices: readonly T[]) {
  return { ...option(flags, about, oneOf(choices)), choices };
}

/** An argument that has to be given and is one of a few words. */
export function requiredChoice<const T extends string>(flags: string, about: string, choices: readonly T[]) {
  return { ...required(flags, about, oneOf(choices)), choices };
}

const oneOf =
  <T extends string>(choices: readonly T[]): Parse<T> =>
  (text: string) => {
    const value = choices.find((known) => known === text);
    if (value !== undefined) return { value };
    const hint = didYouMean(text, choices);
    return { problem: `must be ${either(choices)}`, ...(hint !== '' && { hint }) };
  };

/** An option that may be repeated. */
export function list<T>(flags: string, about: string, parse: Parse<T>): TextOption<readonly T[]> {
  return {
    form: 'flag',
    flags,
    about: `${about}; may be repeated`,
    parse,
    gather: (values) => ({ value: values as T[] }),
  };
}

/** The arguments after all others, as they are. */
export function rest(flags: string, about: string): TextOption<readonly string[]> {
  const parse: Parse<string> = (text) => ({ value: text });
  return { form: 'argument', flags, about, parse, gather: (values) => ({ value: values as string[] }) };
}

/** `name=value` that may be repeated, each name once. `problemOf` may refuse a name. */
export function pairs(
  flags: string,
  about: string,
  problemOf: (name: string) => { readonly problem: string; readonly hint: string } | undefined = () => undefined,
): TextOption<Readonly<Record<string, string>>> {
  const parse: Parse<readonly [string, string]> = (text) => {
    const at = text.indexOf('=');
    if (at < 1 || text.slice(0, at).trim() === '') return { problem: 'is not name=value' };
    return problemOf(text.slice(0, at)) ?? { value: [text.slice(0, at), text.slice(at + 1)] };
  };
  const gather = (values: readonly unknown[]): Parsed<Readonly<Record<string, string>>> => {
    const known = new Map<string, string>();
    for (const [name, value] of values as readonly (readonly [string, string])[]) {
      if (known.has(name)) return { problem: `gives ${name} twice` };
      known.set(name, value);
    }
    return { value: Object.fromEntries(known) };
  };
  return { form: 'flag', flags, about: `${about}; may be repeated`, parse, gather };
}

/** An option without a text. A flag that begins with `--no-` is on until it is given. */
export function toggle(flags: string, about: string): SwitchOption<boolean> {
  return { form: 'switch', flags, about, takesWord: false, gather: (isOn = flags.includes('--no-')) => isOn };
}

/** An option that sets something that can be configured, too. */
export function setting(key: SettingKey, flags: string, about: string): SettingOption {
  return { form: 'setting', flags, about, setting: key };
}

/** The same options under a heading of the help. */
export function grouped<const T extends OptionTable>(group: string, table: T): T {
  return Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, { ...spec, group }])) as unknown as T;
}

/** `--not-after <time>` is `--not-after`; an argument is its name. */
export function nameOf({ flags }: Pick<Shown, 'flags'>): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags.replace(/[<>[\]]|\.\.\./g, '');
}

/** `--yes` and `--no-yes` are each other's. */
export function oppositeOf(flag: string): string {
  return flag.startsWith('--no-') ? flag.replace('--no-', '--') : flag.replace('--', '--no-');
}
