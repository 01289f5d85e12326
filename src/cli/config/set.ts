import { join } from 'node:path';
import { checkConfigText, loadConfig } from '../../config/config.ts';
import { type SettingValue, withValue } from '../../config/edit.ts';
import { type SettingKey, settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import { isLedgerUrl } from '../../core/ledger-address.ts';
import { parameterNamed, parameters, tomlName } from '../../core/request/parameters.ts';
import { parseUrl } from '../../core/request/web-address.ts';
import { clean } from '../../core/text/clean.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { CliError } from '../../errors.ts';
import { type ConfigOptions, noSetting } from '../commands/config.ts';
import { printDocument } from '../document.ts';
import { refuseFixed } from '../options/fixed.ts';
import { readIfThere, replaceFile } from '../replace-file.ts';
import { planContextOf, type Session } from '../session.ts';

/** What is written where in a config file. */
interface Change {
  readonly path: readonly string[];
  readonly value: SettingValue;
  readonly setting?: SettingKey;
}

/** `volley config set`: changes one value of a file, and leaves its comments. */
export async function setConfig(options: ConfigOptions, session: Session, context: Context): Promise<number> {
  const { key, value, project, session: sessionOptions } = options;
  if (key === undefined || value === undefined) {
    throw new CliError('usage', 'Set what to what?', { hint: 'volley config set KEY VALUE, as country US.' });
  }
  const change = changeOf(key, value, sessionOptions.profile);
  await refuseParameter(change, session, context);
  const file = project ? join(context.cwd, 'volley.toml') : session.config.userFile;
  const text = await withValue(file, readIfThere(file), change);
  await checkConfigText(file, text, project);
  replaceFile(file, text);
  const name = change.path.join('.');
  const document = { schema: 'volley.config-set/1', name, value: change.value, file } as const;
  if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
  else if (!session.isQuiet) context.out(`${clean(name)} is ${clean(String(change.value))} now, in ${clean(file)}.`);
  await noteOverruled(change, file, options, context);
  return 0;
}

function changeOf(key: string, value: string, profile: string | undefined): Change {
  const [first = '', second, ...rest] = key.split('.');
  if (first === 'profiles' && second !== undefined && rest.length > 0) {
    return changeOf(rest.join('.'), value, second);
  }
  const within = profile === undefined ? [] : ['profiles', profile];
  if (second === undefined) return settingChange(first, value, within);
  const name = [second, ...rest].join('.');
  const inSection = inSections[first];
  if (!inSection) throw noSetting(key, names);
  const inner = inSection(name, value);
  return { path: [...within, first, ...inner.path], value: inner.value };
}

const names: readonly string[] = [
  ...Object.keys(settings),
  ...['limits.validity_period', ...parameters.map((parameter) => `defaults.${tomlName(parameter.key)}`)],
];

function settingChange(key: string, given: string, within: readonly string[]): Change {
  if (!Object.hasOwn(settings, key)) throw noSetting(key, names);
  const setting = key as SettingKey;
  if (settings[setting].isSecret) {
    throw new CliError('usage', `${key} is a secret, and what is typed here others can read.`, {
      hint: 'volley login asks for it, tries it, and keeps it.',
    });
  }
  if (setting === 'ledger' && isLedgerUrl(given) && (parseUrl(given)?.password ?? '') !== '') {
    throw new CliError('usage', 'The address has a password in it, and what is typed here others can read.', {
      hint: 'Write it yourself: volley config edit. Or set PGPASSWORD.',
    });
  }
  const value = typed(given, (candidate) => 'value' in settings[setting].parse(candidate));
  const parsed = settings[setting].parse(value);
  if ('problem' in parsed) {
    throw new CliError('usage', `${key} "${clean(given)}" ${parsed.problem}.`, {
      ...(parsed.hint && { hint: parsed.hint }),
    });
  }
  return { path: [...within, key], value, setting };
}

/** A text as what TOML would call it: true, a number, or text. */
function typed(given: string, isRight: (value: SettingValue) => boolean): SettingValue {
  const text = given.trim();
  if (/^(true|false)$/.test(text) && isRight(text === 'true')) return text === 'true';
  if (/^\d+(\.\d+)?$/.test(text) && isRight(Number(text))) return Number(text);
  return given;
}

/** The tables of a file, and how a value of each is written. What is wrong with a value is said by the file's own check. */
const inSections: Readonly<Record<string, (name: string, value: string) => Change>> = {
  defaults: (name, value) => {
    const key = parameterNamed(name);
    if (key === undefined) {
      const known = parameters.map((parameter) => tomlName(parameter.key));
      throw new CliError('usage', `There is no message parameter ${clean(name)}.`, {
        hint: didYouMean(name, known, 'See them all with: volley send --help'),
      });
    }
    return { path: [tomlName(key)], value };
  },
  limits: (name, value) => ({ path: [name], value: typed(value, () => true) }),
  templates: (name, value) => ({ path: [name], value }),
  rates: (name, value) => ({ path: [name], value: typed(value, () => true) }),
  prices: (name, value) => ({ path: [name], value: typed(value, () => true) }),
};

/** A default is checked as a flag would be. */
async function refuseParameter({ path, value }: Change, session: Session, { now }: Context): Promise<void> {
  const key = path.at(-2) === 'defaults' ? parameterNamed(path.at(-1) ?? '') : undefined;
  if (key === undefined) return;
  const parse = await planContextOf(session, now());
  refuseFixed([{ values: { [key]: String(value) }, nameOf: () => path.join('.') }], parse, session.workStyle);
}

/** Says when something else outranks what was just set. */
async function noteOverruled(
  { setting, path }: Change,
  file: string,
  { session: sessionOptions }: ConfigOptions,
  { env, cwd, err }: Context,
): Promise<void> {
  if (setting === undefined || (path.length > 1 && sessionOptions.profile === undefined)) return;
  const origin = (await loadConfig({ env, cwd, flags: sessionOptions })).origin(setting);
  if (!sessionOptions.quiet && !origin.includes(file)) err(`note: ${setting} from ${clean(origin)} outranks it.`);
}
