import type { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import { type SettingKey, settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import { shownLedger } from '../../core/ledger-address.ts';
import { type ParameterKey, tomlName } from '../../core/request/parameters.ts';
import { clean } from '../../core/text/clean.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { formatDuration } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { option, requiredChoice, toggle } from '../options/option.ts';
import { type Session, withSession } from '../session.ts';

const help = `What can be set, and where: volley help config. set and edit change your own file, with --project the volley.toml of
this folder, with --profile NAME the part under [profiles.NAME]; comments stay, and what would not be understood is
refused. Secrets are never shown, and never given here: volley login asks for them.

Examples:
  volley config list
  volley config list --show-origin --profile staging
  volley config get rate
  volley config set country US
  volley config set defaults.from +14155550199 --project
  volley config set templates.welcome 'Welcome {{ first_name }}!'`;

const anything = (value: string) => ({ value });

const table = {
  what: requiredChoice('<what>', 'list, get, set or edit', ['list', 'get', 'set', 'edit']),
  key: option('[key]', 'get, set: a setting, or as defaults.from, templates.NAME, rates.SENDER', anything),
  value: option('[value]', 'set: what it shall be', anything),
  showOrigin: toggle('--show-origin', 'list: say where each value comes from'),
  project: toggle('--project', 'set, edit: volley.toml of this folder'),
};

/** What `volley config` is told. */
export type ConfigOptions = OptionsOf<typeof table>;

/** Declares `volley config`. */
export function declareConfig(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, async (options, context) => {
    // What mends a file that is wrong must not read it first.
    if (options.what === 'edit') return (await import('../config/edit.ts')).editConfig(options, context);
    return withSession(options.session, context, async (session) => {
      if (options.what === 'set') return (await import('../config/set.ts')).setConfig(options, session, context);
      return options.what === 'get' ? getConfig(options, session, context) : listConfig(options, session, context);
    });
  });
}

async function listConfig({ showOrigin }: ConfigOptions, session: Session, context: Context): Promise<number> {
  const { paint } = session.resultStyle;
  const rows = rowsOf(session.config);
  if (session.isJson) {
    const items = rows.filter(({ isListed }) => isListed).map(rowJson);
    await printDocument({ schema: 'volley.config/1' }, { session, context }, { as: 'settings', items });
    return 0;
  }
  const listed = rows.filter(({ isListed }) => isListed);
  const width = Math.max(...listed.map(({ name }) => name.length));
  for (const { name, value, origin } of listed) {
    const from = showOrigin ? `  ${paint.dim(`(${clean(origin)})`)}` : '';
    context.out(`${name.padEnd(width)}  ${value === null ? paint.dim('not set') : clean(value)}${from}`);
  }
  return 0;
}

async function getConfig({ key, showOrigin }: ConfigOptions, session: Session, context: Context): Promise<number> {
  if (key === undefined)
    throw new CliError('usage', 'Which setting?', { hint: 'See them all with: volley config list' });
  const rows = rowsOf(session.config);
  const row = rows.find(({ name }) => name === key);
  if (!row)
    throw noSetting(
      key,
      rows.map(({ name }) => name),
    );
  const from = showOrigin ? `  (${clean(row.origin)})` : '';
  if (session.isJson) await printDocument({ schema: 'volley.config-value/1', ...rowJson(row) }, { session, context });
  else if (row.value !== null) context.out(`${clean(row.value)}${from}`);
  else if (!session.isQuiet) context.err(`${key} is not set.`);
  return 0;
}

/** The error for a name that no setting has. */
export function noSetting(key: string, names: readonly string[]): CliError {
  return new CliError('usage', `There is no setting ${clean(key)}.`, {
    hint: didYouMean(key, names, 'See them all with: volley config list'),
  });
}

interface ConfigRow {
  readonly name: string;
  readonly value: string | null;
  readonly origin: string;
  /** The others are asked for by name: there may be many, and long ones. */
  readonly isListed: boolean;
}

const rowJson = ({ name, value, origin }: ConfigRow) => ({ name, value, origin });

function rowsOf(config: Config): readonly ConfigRow[] {
  const table = (section: string, values: Readonly<Record<string, unknown>>): ConfigRow[] =>
    Object.entries(values).map(([name, value]) => ({
      ...{ name: `${section}.${name}`, value: String(value), origin: 'config', isListed: false },
    }));
  const { prices } = config;
  return [
    ...settingRows(config),
    ...defaultRows(config),
    ...table('limits', { validity_period: config.limits.validityPeriodSeconds }),
    ...table('templates', config.templates),
    ...table('rates', config.rates),
    ...table('prices', { ...prices?.prices, ...(prices && { currency: prices.currency }) }),
  ];
}

function settingRows(config: Config): ConfigRow[] {
  return (Object.keys(settings) as SettingKey[]).map((key) => {
    const value = config.get(key);
    const shown = value === undefined ? null : settingText(key, value);
    return { name: key, value: shown, origin: config.origin(key), isListed: true };
  });
}

/** A setting's value as it may be shown. */
export function settingText(key: SettingKey, value: string | number | boolean): string {
  if (settings[key].isSecret) return '(hidden)';
  if (key === 'ledger') return shownLedger(String(value));
  return ['timeout', 'retry_for', 'settle'].includes(key) ? formatDuration(Number(value)) : String(value);
}

function defaultRows({ defaults, defaultOrigins }: Config): ConfigRow[] {
  return Object.entries(defaults).map(([key, value]) => ({
    name: `defaults.${tomlName(key as ParameterKey)}`,
    value: [value].flat().join(' '),
    origin: defaultOrigins[key] ?? '',
    isListed: true,
  }));
}
