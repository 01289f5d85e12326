import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Credentials } from '../core/credentials.ts';
import { CliError } from '../errors.ts';
import type { Config } from './config.ts';
import type { Keyring } from './keyring.ts';
import type { SettingKey } from './settings.ts';

/** Where a secret may be kept outside the configuration. */
interface Keeping {
  readonly keyring: Keyring;
}

/** The name of a secret in the keyring: the account, with the API key where there is one. */
export const keyringName = (accountSid: string, apiKey?: string): string =>
  apiKey === undefined ? accountSid : `${accountSid}/${apiKey}`;

/** The credentials to use. Throws a `CliError` (credentials) that says what is missing and where it can be set. */
export async function credentialsOf(config: Config, keeping: Keeping): Promise<Credentials> {
  const accountSid = config.get('account_sid');
  const hint = `Log in with: volley login. Or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET) in the environment or in ${config.userFile}. To rehearse without an account, add --simulate.`;
  if (!accountSid) throw new CliError('credentials', 'No Twilio account is configured.', { hint });
  const { key, keySecret, token } = configured(config);
  // A token set beside the account, as both in the environment, wins over a key from elsewhere, which may be another account's.
  const usesToken = token !== undefined && isOfAccount('auth_token', config) && !isOfAccount('api_key', config);
  if (key && keySecret && !usesToken) return { accountSid, user: key, secret: keySecret };
  if (token) return { accountSid, user: accountSid, secret: token };
  const secret = await fetchedSecret(keyringName(accountSid, key), config, keeping);
  if (secret !== undefined) return { accountSid, user: key ?? accountSid, secret };
  throw new CliError('credentials', `There is no auth token or API key for ${accountSid}.`, { hint });
}

/** The auth tokens that callbacks may be signed with: the current one, and while it is being changed the other. */
export async function authTokensOf(config: Config, keeping: Keeping): Promise<readonly string[]> {
  const accountSid = config.get('account_sid');
  const { key, token } = configured(config);
  const kept =
    accountSid === undefined || key !== undefined || token !== undefined
      ? undefined
      : await fetchedSecret(keyringName(accountSid), config, keeping);
  return [token, kept, config.get('secondary_auth_token')].filter((found) => found !== undefined);
}

const isOfAccount = (name: SettingKey, config: Config): boolean => config.origin(name) === config.origin('account_sid');

/**
 * The API key, its secret and the auth token that are set for the account. Where a secret can be fetched, only those set
 * in the same place as the account count: a token of the environment is not that of an account from a profile.
 */
function configured(config: Config) {
  const canFetch = config.get('keyring') === true || config.get('credential_command') !== undefined;
  const ofAccount = <K extends 'api_key' | 'api_secret' | 'auth_token'>(name: K) =>
    canFetch && !isOfAccount(name, config) ? undefined : config.get(name);
  return { key: ofAccount('api_key'), keySecret: ofAccount('api_secret'), token: ofAccount('auth_token') };
}

/** The secret from the keyring or from `credential_command`; undefined where neither is set. Throws a `CliError` when it fails. */
async function fetchedSecret(name: string, config: Config, { keyring }: Keeping): Promise<string | undefined> {
  if (config.get('keyring') === true) {
    const secret = await keyring.get(name);
    if (secret !== undefined) return secret;
    throw new CliError('credentials', 'The keyring has no secret for this account, or is locked.', {
      hint: 'Unlock it, or run: volley login',
    });
  }
  const command = config.get('credential_command');
  return command === undefined ? undefined : runCommand(command);
}

/** How long `credential_command` may take, in milliseconds. Our choice: a password manager may ask its owner first. */
const commandTimeoutMs = 60_000;

async function runCommand(command: string): Promise<string> {
  const shell = process.platform === 'win32' ? (['cmd', '/c'] as const) : (['sh', '-c'] as const);
  try {
    const { stdout } = await promisify(execFile)(shell[0], [shell[1], command], { timeout: commandTimeoutMs });
    if (stdout.trim() !== '') return stdout.trim();
  } catch {
    // The error repeats the command's output, which may hold the secret.
  }
  throw new CliError('credentials', 'credential_command printed no secret.', { hint: 'Run it by hand to see why.' });
}
