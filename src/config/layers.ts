import { readFileSync, statSync } from 'node:fs';
import { parameterNamed, parameters, tomlName } from '../core/request/parameters.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError, fileError } from '../errors.ts';
import { type SettingKey, settings } from './settings.ts';

/** One place that settings come from. In a list of layers an earlier one overrides a later one. */
export interface Layer {
  readonly origin: string;
  readonly text: (key: SettingKey) => unknown;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly limits: Table;
  readonly templates: Table;
  readonly prices: Table;
  readonly rates: Table;
}

/** A table of a TOML file. */
export type Table = Readonly<Record<string, unknown>>;

/** A layer of settings alone. */
export const flatLayer = (origin: string, text: Layer['text']): Layer => ({
  origin,
  text,
  defaults: {},
  limits: {},
  templates: {},
  prices: {},
  rates: {},
});

/** What a file says; undefined where there is none and none is required. Throws a `CliError`. */
export function readText(file: string, isRequired: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && !isRequired) return undefined;
    throw fileError(cause, { doing: 'read', path: file }) ?? cause;
  }
}

/** Throws a `CliError` for a file with a secret that others than its owner can read. */
export function refuseIfOthersCanRead(file: string, holdsSecret: boolean): void {
  if (!holdsSecret || process.platform === 'win32') return;
  if (((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0) {
    throw new CliError('config', `${file} holds a secret and others can read it.`, { hint: `chmod 600 ${file}` });
  }
}

/** Which file is read, and whether it must exist. */
interface FileKind {
  readonly profile: string | undefined;
  readonly isRequired: boolean;
  readonly isProject: boolean;
}

interface FileLayer extends Layer {
  readonly isProfile: boolean;
  /** The names under `[profiles]` in this file. */
  readonly profileNames?: readonly string[];
}

/** The layers of a file, its chosen profile before what holds for all; none where there is no file and none is required. */
export async function readLayers(file: string, kind: FileKind): Promise<FileLayer[]> {
  const text = readText(file, kind.isRequired);
  return text === undefined ? [] : layersOf(file, text, kind);
}

/** The layers of a file with this text. Throws a `CliError` that names file and key, whichever profile that is under. */
export async function layersOf(file: string, text: string, { profile, isProject }: FileKind): Promise<FileLayer[]> {
  const root = await parseToml(file, text);
  const profiles = tableOf(root['profiles'], file, 'profiles');
  const top = fileLayer(file, file, root, isProject);
  // Every profile is checked, not only the one in use, so that a mistake is reported before that profile is needed.
  const named = Object.entries(profiles).map(([name, table]) => ({
    name,
    layer: fileLayer(file, `profile ${name} in ${file}`, tableOf(table, file, `profiles.${name}`), isProject),
  }));
  const chosen = named.find(({ name }) => name === profile);
  const profileNames = named.map(({ name }) => name);
  return [...(chosen ? [{ ...chosen.layer, isProfile: true }] : []), { ...top, isProfile: false, profileNames }];
}

async function parseToml(file: string, text: string): Promise<Table> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError('config', `${file} is not valid TOML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** Whether a value of a TOML file is a table. */
export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function tableOf(value: unknown, file: string, name: string): Table {
  if (value === undefined) return {};
  if (isTable(value)) return value;
  throw new CliError('config', `${file}: ${name} must be a table.`);
}

/** The tables of a file and of each of its profiles that are not settings. */
const sections = ['limits', 'templates', 'prices', 'rates'] as const;

function fileLayer(file: string, origin: string, table: Table, isProject: boolean): Layer {
  for (const key of Object.keys(table)) {
    if (Object.hasOwn(settings, key) || ['defaults', 'profiles', ...sections].includes(key)) continue;
    const names = [...Object.keys(settings), 'defaults', 'profiles', ...sections];
    throw new CliError('config', `${file}: there is no setting ${key}.`, {
      hint: didYouMean(key, names, 'See them all with: volley config list'),
    });
  }
  const holdsSecret = Object.keys(table).some(
    (key) => Object.hasOwn(settings, key) && settings[key as SettingKey].isSecret,
  );
  refuseIfOthersCanRead(file, holdsSecret);
  // A folder, and with it its project file, may come from anybody: credentials would be sent to its `api_url`, and its
  // `credential_command` would be run.
  const forbidden = ['api_url', 'credential_command'].find((key) => isProject && table[key] !== undefined);
  if (forbidden !== undefined) {
    throw new CliError('config', `${file}: ${forbidden} may not be set by a project file.`, {
      hint: `Set it in your own config file${forbidden === 'api_url' ? ', or use --api-url or VOLLEY_API_URL' : ''}.`,
    });
  }
  const defaults = tableOf(table['defaults'], file, 'defaults');
  const unknown = Object.keys(defaults).find((name) => parameterNamed(name) === undefined);
  if (unknown) {
    const hint = didYouMean(
      unknown,
      parameters.map(({ key }) => tomlName(key)),
    );
    throw new CliError('config', `${file}: [defaults] knows no message parameter ${unknown}.`, {
      ...(hint && { hint }),
    });
  }
  refuseUnknownLimit(file, tableOf(table['limits'], file, 'limits'));
  const [limits = {}, templates = {}, prices = {}, rates = {}] = sections.map((name) =>
    tableOf(table[name], file, name),
  );
  return { origin, text: (key) => table[key], defaults, limits, templates, prices, rates };
}

/** The limits that `[limits]` can set. */
const limitNames: readonly string[] = ['validity_period'];

function refuseUnknownLimit(file: string, limits: Table): void {
  const unknown = Object.keys(limits).find((name) => !limitNames.includes(name));
  if (unknown === undefined) return;
  throw new CliError('config', `${file}: [limits] knows no ${unknown}.`, {
    hint: didYouMean(unknown, limitNames, `All there is: ${limitNames.join(', ')}.`),
  });
}
