import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { PriceTable } from '../core/cost/pricing.ts';
import type { Limits } from '../core/request/limits.ts';
import type { RawRequest } from '../core/request/validate.ts';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError } from '../errors.ts';
import { flatLayer, type Layer, layersOf, readLayers, readText, refuseIfOthersCanRead } from './layers.ts';
import { defaultsOf, limitsOf, pricesOf, ratesOf, templatesOf } from './sections.ts';
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

function freeze(layers: readonly Layer[], about: Pick<Config, 'env' | 'userFile' | 'profiles'>): Config {
  const values = new Map<SettingKey, Sourced<unknown>>();
  for (const key of Object.keys(settings) as SettingKey[]) {
    const layer = layers.find(({ text }) => text(key) !== undefined);
    if (!layer) continue;
    const parsed = settings[key].parse(layer.text(key));
    if ('problem' in parsed) throw new CliError('config', `${key} (${layer.origin}) ${parsed.problem}.`);
    values.set(key, { value: parsed.value, origin: layer.origin });
  }
  return Object.freeze({
    get: <K extends SettingKey>(key: K) =>
      (values.get(key)?.value ?? settings[key].fallback) as Settings[K] | undefined,
    origin: (key: SettingKey) =>
      values.get(key)?.origin ?? (settings[key].fallback === undefined ? 'not set' : 'default'),
    ...defaultsOf(layers),
    limits: limitsOf(layers),
    templates: templatesOf(layers),
    prices: pricesOf(layers),
    rates: ratesOf(layers),
    ...about,
  });
}
