import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Config } from './config.ts';
import type { SettingKey } from './settings.ts';

/** Who we are to Twilio: with an API key its SID and secret, else the account and its auth token. */
export interface AccountCredentials {
  readonly accountSid: string;
  readonly user: string;
  readonly secret: string;
}

/** Where a secret lies in the keyring: by account, and by key where there is one. */
export const keyringName = (accountSid: string, apiKey?: string): string =>
  apiKey === undefined ? accountSid : `${accountSid}/${apiKey}`;

/** Who we are to Twilio. Throws a `CliError` that says what is missing and where it may be set. */
export async function credentialsOf(config: Config, context: Context): Promise<AccountCredentials> {
  const accountSid = config.get('account_sid');
  const hint = `Keep them with: volley login. Or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET) in the environment or in ${config.userFile}. To rehearse without an account, add --simulate.`;
  if (!accountSid) throw new CliError('credentials', 'No Twilio account is configured.', { hint });
  const { key, keySecret, token } = configured(config);
  // A token in the environment must not lose to a key that some file holds for another account.
  const tokenIsNearer = token !== undefined && isOfAccount('auth_token', config) && !isOfAccount('api_key', config);
  if (key && keySecret && !tokenIsNearer) return { accountSid, user: key, secret: keySecret };
  if (token) return { accountSid, user: accountSid, secret: token };
  const secret = await fetchedSecret(keyringName(accountSid, key), config, context);
  if (secret !== undefined) return { accountSid, user: key ?? accountSid, secret };
  throw new CliError('credentials', `There is no auth token or API key for ${accountSid}.`, { hint });
}

/** The auth tokens that callbacks may be signed with: the one in use, and the other while they are being changed. */
export async function authTokensOf(config: Config, context: Context): Promise<readonly string[]> {
  const accountSid = config.get('account_sid');
  const { key, token } = configured(config);
  const kept =
    accountSid === undefined || key !== undefined || token !== undefined
      ? undefined
      : await fetchedSecret(keyringName(accountSid), config, context);
  return [token, kept, config.get('secondary_auth_token')].filter((found) => found !== undefined);
}

const isOfAccount = (name: SettingKey, config: Config): boolean => config.origin(name) === config.origin('account_sid');

/**
 * The key, its secret and the token that belong to the account. Where a secret can be fetched, one that comes from
 * elsewhere than the account, as the environment beside a profile, is another account's.
 */
function configured(config: Config) {
  const canFetch = config.get('keyring') === true || config.get('credential_command') !== undefined;
  const own = <K extends 'api_key' | 'api_secret' | 'auth_token'>(name: K) =>
    canFetch && !isOfAccount(name, config) ? undefined : config.get(name);
  return { key: own('api_key'), keySecret: own('api_secret'), token: own('auth_token') };
}

/** A secret that is in no file: from the keyring, or from the command that prints it. */
async function fetchedSecret(name: string, config: Config, { keyring }: Context): Promise<string | undefined> {
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

/** How long a password manager may take, a question to its owner included, in milliseconds. */
const commandTimeoutMs = 60_000;

async function runCommand(command: string): Promise<string> {
  const shell = process.platform === 'win32' ? (['cmd', '/c'] as const) : (['sh', '-c'] as const);
  try {
    const { stdout } = await promisify(execFile)(shell[0], [shell[1], command], { timeout: commandTimeoutMs });
    if (stdout.trim() !== '') return stdout.trim();
  } catch {
    // What the command said may hold the secret, so it is not shown.
  }
  throw new CliError('credentials', 'credential_command printed no secret.', { hint: 'Run it by hand to see why.' });
}
