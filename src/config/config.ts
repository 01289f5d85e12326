import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { PriceTable } from '../core/cost/pricing.ts';
import type { Limits } from '../core/request/limits.ts';
import { type ParameterKey, parameterNamed, parameters, tomlName } from '../core/request/parameters.ts';
import type { RawRequest } from '../core/request/validate.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError, fileError } from '../errors.ts';
import { limitsOf, pricesOf, ratesOf, templatesOf } from './sections.ts';
import { type SettingKey, type Settings, settings } from './settings.ts';

/** A value, and where it was set, in the user's words. */
export interface Sourced<T> {
  readonly value: T;
  readonly origin: string;
}

/** All settings, with each value's origin: flags > environment > project file > user file > defaults. */
export interface Config {
  readonly get: <K extends SettingKey>(key: K) => Settings[K] | undefined;
  readonly origin: (key: SettingKey) => string;
  /** Message parameters from `[defaults]`. */
  readonly defaults: RawRequest;
  readonly defaultOrigins: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Texts by name, from `[templates]`. */
  readonly templates: Readonly<Record<string, string>>;
  /** The names under `[profiles]` in all files. */
  readonly profiles: readonly string[];
  /** What a segment costs, from `[prices]`; without it Twilio is asked. */
  readonly prices: PriceTable | undefined;
  /** Messages a second of senders that have a rate of their own, from `[rates]`. */
  readonly rates: Readonly<Record<string, number>>;
  /** The environment, `--env-file` included. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userFile: string;
}

/** What configuration is read from: the flags, the environment, and the files of folder and user. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly flags: ConfigFlags;
}

/** The flags that concern configuration: which files and profile, and settings as they were typed. */
export interface ConfigFlags {
  readonly profile?: string | undefined;
  readonly config?: string | undefined;
  readonly envFile?: string | undefined;
  readonly settings?: Readonly<Partial<Record<SettingKey, string>>>;
}

/** One place that settings come from. In a list of layers an earlier one overrides a later one. */
interface Layer {
  readonly origin: string;
  readonly text: (key: SettingKey) => unknown;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly limits: Table;
  readonly templates: Table;
  readonly prices: Table;
  readonly rates: Table;
}

type Table = Readonly<Record<string, unknown>>;

/** Reads flags, environment and files into one frozen config. Throws a `CliError` that names file and key. */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const env = withEnvFile(sources);
  const profile = sources.flags.profile ?? present(env['VOLLEY_PROFILE']);
  const userFile = userFileOf({ ...sources, env });
  const isRequired = sources.flags.config !== undefined || present(env['VOLLEY_CONFIG']) !== undefined;
  const projectFile = join(sources.cwd, 'volley.toml');
  const project = await readLayers(projectFile, { profile, isRequired: false, isProject: true });
  const user = await readLayers(userFile, { profile, isRequired, isProject: false });
  const credentials = await readLayers(credentialsFile(userFile), { profile, isRequired: false, isProject: false });
  const files = [...project, ...credentials, ...user];
  if (profile !== undefined && !files.some(({ isProfile }) => isProfile)) {
    const names = files.flatMap(({ profileNames = [] }) => profileNames);
    throw new CliError('config', `There is no profile ${profile}.`, {
      hint: didYouMean(profile, names, `To have one, add [profiles.${profile}] to ${userFile}.`),
    });
  }
  const environment: Layer = { ...flatLayer('environment', (key) => present(env[settings[key].env ?? ''])) };
  // `--profile` was typed for this run, so it overrides the environment, which holds for the whole shell.
  const chosen = sources.flags.profile === undefined ? [] : files.filter(({ isProfile }) => isProfile);
  const layers: Layer[] = [flatLayer('flag', (key) => sources.flags.settings?.[key]), ...chosen, environment, ...files];
  const profiles = [...new Set(files.flatMap(({ profileNames = [] }) => profileNames))];
  return freeze(layers, { env, userFile, profiles });
}

/** The user's own config file, whether it is there or not. `env`: with `--env-file` included. */
export function userFileOf({ env, flags }: ConfigSources): string {
  return flags.config ?? present(env['VOLLEY_CONFIG']) ?? defaultUserFile(env);
}

/** Throws what `loadConfig` would throw of a file with this text, whichever of its profiles is in use. */
export async function checkConfigText(file: string, text: string, isProject: boolean): Promise<void> {
  const kind = { profile: undefined, isRequired: false, isProject };
  const about = { env: {}, userFile: file, profiles: [] };
  const [top] = await layersOf(file, text, kind);
  for (const profile of [undefined, ...(top?.profileNames ?? [])]) {
    freeze(await layersOf(file, text, { ...kind, profile }), about);
  }
}

const present = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const flatLayer = (origin: string, text: Layer['text']): Layer => ({
  origin,
  text,
  defaults: {},
  limits: {},
  templates: {},
  prices: {},
  rates: {},
});

function defaultUserFile(env: ConfigSources['env']): string {
  return join(present(env['XDG_CONFIG_HOME']) ?? join(env['HOME'] ?? homedir(), '.config'), 'volley', 'config.toml');
}

/** The file in which `volley login` keeps credentials, beside the user's config file. */
export function credentialsFile(userFile: string): string {
  return join(dirname(userFile), 'credentials.toml');
}

/** The path of the ledger by default; `--simulate` has a ledger of its own. */
export function defaultLedger(env: ConfigSources['env'], simulated: boolean): string {
  const data = present(env['XDG_DATA_HOME']) ?? join(env['HOME'] ?? homedir(), '.local', 'share');
  return join(data, 'volley', simulated ? 'simulated.db' : 'ledger.db');
}

function withEnvFile({ env, flags }: ConfigSources): ConfigSources['env'] {
  const file = flags.envFile;
  if (file === undefined) return env;
  const text = readText(file, true) ?? '';
  refuseIfOthersCanRead(file, /TOKEN|SECRET/.test(text));
  return { ...parseEnv(text), ...env };
}

function readText(file: string, isRequired: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT' && !isRequired) return undefined;
    throw fileError(cause, { doing: 'read', path: file }) ?? cause;
  }
}

function refuseIfOthersCanRead(file: string, holdsSecret: boolean): void {
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

async function readLayers(file: string, kind: FileKind): Promise<FileLayer[]> {
  const text = readText(file, kind.isRequired);
  return text === undefined ? [] : layersOf(file, text, kind);
}

async function layersOf(file: string, text: string, { profile, isProject }: FileKind): Promise<FileLayer[]> {
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

const isTable = (value: unknown): value is Table =>
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

function freeze(layers: readonly Layer[], about: Pick<Config, 'env' | 'userFile' | 'profiles'>): Config {
  const values = new Map<SettingKey, Sourced<unknown>>();
  for (const key of Object.keys(settings) as SettingKey[]) {
    const layer = layers.find(({ text }) => text(key) !== undefined);
    if (!layer) continue;
    const parsed = settings[key].parse(layer.text(key));
    if ('problem' in parsed) throw new CliError('config', `${key} (${layer.origin}) ${parsed.problem}.`);
    values.set(key, { value: parsed.value, origin: layer.origin });
  }
  const { defaults, defaultOrigins } = mergeDefaults(layers);
  return Object.freeze({
    get: <K extends SettingKey>(key: K) =>
      (values.get(key)?.value ?? settings[key].fallback) as Settings[K] | undefined,
    origin: (key: SettingKey) =>
      values.get(key)?.origin ?? (settings[key].fallback === undefined ? 'not set' : 'default'),
    defaults,
    defaultOrigins,
    limits: limitsOf(layers),
    templates: templatesOf(layers),
    prices: pricesOf(layers),
    rates: ratesOf(layers),
    ...about,
  });
}

function mergeDefaults(layers: readonly Layer[]): Pick<Config, 'defaults' | 'defaultOrigins'> {
  const defaults: Partial<Record<ParameterKey, string | readonly string[]>> = {};
  const defaultOrigins: Record<string, string> = {};
  for (const layer of layers.toReversed()) {
    for (const [name, value] of Object.entries(layer.defaults)) {
      const key = parameterNamed(name);
      if (!key) continue;
      const given = key === 'contentVariables' ? [asJson(value)] : [value].flat();
      if (!given.every(isPlain)) throw new CliError('config', `[defaults] ${name} (${layer.origin}) must be text.`);
      const texts = given.map(String);
      defaults[key] = Array.isArray(value) ? texts : (texts[0] ?? '');
      defaultOrigins[key] = layer.origin;
    }
  }
  return { defaults, defaultOrigins };
}

/** What is text however it is written: 60 is "60". A date of TOML has its own text, too. */
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value instanceof Date;

/** Content variables that are written as a table as the JSON that they are sent as. */
const asJson = (value: unknown): unknown =>
  isTable(value) && Object.values(value).every(isPlain)
    ? JSON.stringify(Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])))
    : value;
