import type { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import { type SettingKey, settings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';
import { shownLedger } from '../../core/ledger-address.ts';
import { flagName, type ParameterKey } from '../../core/request/parameters.ts';
import { clean } from '../../core/text/clean.ts';
import { formatDuration } from '../../core/text/wording.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { requiredChoice, toggle } from '../options/option.ts';
import { withSession } from '../session.ts';

const help = `What can be set, and where: volley help config

Examples:
  volley config list
  volley config list --show-origin --profile staging`;

const table = {
  what: requiredChoice('<what>', 'list: every setting and message default', ['list']),
  showOrigin: toggle('--show-origin', 'say where each value comes from'),
};

/** Declares `volley config list`. */
export function declareConfig(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, listConfig);
}

function listConfig({ showOrigin, session }: OptionsOf<typeof table>, context: Context): Promise<number> {
  return withSession(session, context, async (opened) => {
    const { config, isJson, resultStyle } = opened;
    const { paint } = resultStyle;
    const rows = [...settingRows(config), ...defaultRows(config)];
    if (isJson) {
      const listed = { as: 'settings', items: rows };
      await printDocument({ schema: 'volley.config/1' }, { session: opened, context }, listed);
    } else {
      const width = Math.max(...rows.map(({ name }) => name.length));
      for (const { name, value, origin } of rows) {
        const from = showOrigin ? `  ${paint.dim(`(${clean(origin)})`)}` : '';
        context.out(`${name.padEnd(width)}  ${value === null ? paint.dim('not set') : clean(value)}${from}`);
      }
    }
    return 0;
  });
}

interface ConfigRow {
  readonly name: string;
  readonly value: string | null;
  readonly origin: string;
}

function settingRows(config: Config): ConfigRow[] {
  return (Object.keys(settings) as SettingKey[]).map((key) => {
    const value = config.get(key);
    return { name: key, value: value === undefined ? null : settingText(key, value), origin: config.origin(key) };
  });
}

function settingText(key: SettingKey, value: string | number | boolean): string {
  if (settings[key].isSecret) return '(hidden)';
  if (key === 'ledger') return shownLedger(String(value));
  return ['timeout', 'retry_for', 'settle'].includes(key) ? formatDuration(Number(value)) : String(value);
}

function defaultRows({ defaults, defaultOrigins }: Config): ConfigRow[] {
  return Object.entries(defaults).map(([key, value]) => ({
    name: `defaults.${flagName(key as ParameterKey)
      .slice(2)
      .replaceAll('-', '_')}`,
    value: [value].flat().join(' '),
    origin: defaultOrigins[key] ?? '',
  }));
}
