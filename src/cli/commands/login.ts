import type { Command } from 'commander';
import { type Config, credentialsFile } from '../../config/config.ts';
import { type AccountCredentials, credentialsOf, keyringName } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import { readWhole } from '../../input/text.ts';
import type { Account } from '../../provider/provider.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import { option, toggle } from '../options/option.ts';
import { sid } from '../options/parsers.ts';
import { readIfThere, replaceFile } from '../replace-file.ts';
import { connectAs, type Session, withSession } from '../session.ts';

const loginHelp = `Asks Twilio whether they are right, and keeps them in the keyring of this machine, or where there is none in
credentials.toml beside the config, which only you can read. An API key is better than the auth token: it can be
taken back alone. The secret is asked for, or read from standard input; it is never a flag.

Examples:
  volley login
  volley login --profile staging --account-sid AC… --api-key SK… --secret-stdin < secret.txt`;

const logoutHelp = `Forgets what volley login has kept, for --profile or without one.

Examples:
  volley logout
  volley logout --profile staging`;

const whoamiHelp = `Asks Twilio whose credentials are in use, and says where they come from.

Examples:
  volley whoami
  volley whoami --profile staging --json`;

const table = {
  accountSid: option('--account-sid <AC…>', 'the account', sid('AC')),
  apiKey: option('--api-key <SK…>', 'the API key; without it the auth token is meant', sid('SK')),
  secretStdin: toggle('--secret-stdin', "read the API key's secret, or the auth token, from standard input"),
  keyring: toggle('--no-keyring', 'keep them in the file'),
};

type LoginOptions = OptionsOf<typeof table>;

/** Declares `volley login`. */
export function declareLogin(command: Command, act: Act): void {
  addIntroduction(command, loginHelp);
  act(table, (options, context) => inSession(options.session, context, (session) => login(options, session, context)));
}

/** Declares `volley logout`. */
export function declareLogout(command: Command, act: Act): void {
  addIntroduction(command, logoutHelp);
  act({}, ({ session: told }, context) =>
    inSession(told, context, (session) => logout(told.profile, session, context)),
  );
}

/** Declares `volley whoami`. */
export function declareWhoami(command: Command, act: Act): void {
  addIntroduction(command, whoamiHelp);
  act({}, (options, context) => withSession(options.session, context, (session) => whoami(session, context)));
}

/** The profile is only being made, or is to go: it need not be there. */
function inSession(
  told: SessionOptions,
  context: Context,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  return withSession({ ...told, profile: undefined }, context, work);
}

async function login(options: LoginOptions, session: Session, context: Context): Promise<number> {
  const credentials = await given(options, session, context);
  const account = await (await connectAs(credentials, session, context)).account();
  const { accountSid, user, secret } = credentials;
  const apiKey = user === accountSid ? undefined : user;
  const isInKeyring = options.keyring && (await context.keyring.set(keyringName(accountSid, apiKey), secret));
  const file = credentialsFile(session.config.userFile);
  const entry = {
    account_sid: accountSid,
    ...(apiKey !== undefined && { api_key: apiKey }),
    ...(isInKeyring ? { keyring: true } : { [apiKey === undefined ? 'auth_token' : 'api_secret']: secret }),
  };
  await rewrite(file, options.session.profile, entry);
  if (!session.isQuiet) {
    context.out(`Logged in to ${nameOf(account)}. Kept in ${isInKeyring ? 'the keyring' : clean(file)}.`);
  }
  return 0;
}

/** The credentials of flags and standard input, or of somebody who is asked. */
async function given(
  { accountSid, apiKey, secretStdin }: LoginOptions,
  session: Session,
  context: Context,
): Promise<AccountCredentials> {
  if (secretStdin) {
    const secret = (await readWhole(context.stdin, 'standard input')).trim();
    if (accountSid === undefined || secret === '') {
      throw new CliError('usage', 'Give --account-sid, and the secret on standard input.');
    }
    return { accountSid, user: apiKey ?? accountSid, secret };
  }
  if (!session.canAsk) {
    throw new CliError('usage', 'login asks for a secret, and nobody is at a terminal.', {
      hint: 'Use --account-sid AC… --secret-stdin.',
    });
  }
  return ask({ accountSid, apiKey }, context);
}

const isSid = (prefix: string, text: string): boolean => 'value' in sid(prefix)(text);

async function ask(
  known: { readonly accountSid: string | undefined; readonly apiKey: string | undefined },
  { ask: put }: Context,
): Promise<AccountCredentials> {
  const { input, password, select } = await import('../ask/prompts.ts');
  const askSid = (message: string, prefix: string) =>
    put(input, {
      message,
      validate: (text: string) => isSid(prefix, text.trim()) || `It is ${prefix} and 32 hexadecimal digits.`,
    });
  const accountSid = known.accountSid ?? (await askSid('Account SID (AC…)', 'AC')).trim();
  const hasKey =
    known.apiKey !== undefined ||
    (await put(select<boolean>, {
      message: 'With what?',
      choices: [
        { name: 'An API key (better: it can be taken back alone)', value: true },
        { name: 'The auth token', value: false },
      ],
    }));
  const user = hasKey ? (known.apiKey ?? (await askSid('API key (SK…)', 'SK')).trim()) : accountSid;
  const secret = await put(password, { message: hasKey ? 'Its secret' : 'Auth token', mask: '*' });
  return { accountSid, user, secret: secret.trim() };
}

async function logout(profile: string | undefined, session: Session, context: Context): Promise<number> {
  const file = credentialsFile(session.config.userFile);
  const kept = await rewrite(file, profile, undefined);
  if (kept === undefined) throw new CliError('usage', 'Nobody is logged in here.', { hint: 'See: volley whoami' });
  const { account_sid: accountSid, api_key: apiKey } = kept;
  const name = keyringName(String(accountSid), apiKey === undefined ? undefined : String(apiKey));
  // Another profile may be logged in with the same.
  const isShared = keptNames(await readKept(file)).includes(name);
  if (kept['keyring'] === true && !isShared && !(await context.keyring.remove(name))) {
    context.err(`The keyring did not give up the secret of ${clean(name)}: take it out there.`);
  }
  if (!session.isQuiet) context.out(`Logged out of ${clean(String(accountSid))}.`);
  return 0;
}

async function whoami(session: Session, context: Context): Promise<number> {
  const { config, isSimulated } = session;
  const account = await (await session.connect()).account();
  const kind = isSimulated ? 'simulator' : await kindOf(config, context);
  const origin = isSimulated ? '--simulate' : config.origin('account_sid');
  if (session.isJson) context.out(JSON.stringify({ accountSid: account.sid, name: account.name, kind, origin }));
  else context.out(`${nameOf(account)}, with ${kind}, from ${clean(origin)}.`);
  return 0;
}

async function kindOf(config: Config, context: Context): Promise<string> {
  const { accountSid, user } = await credentialsOf(config, context);
  return user === accountSid ? 'auth token' : `API key ${user}`;
}

const nameOf = ({ sid, name }: Account): string => (name === '' ? sid : `${clean(name)} (${sid})`);

type Entry = Readonly<Record<string, unknown>>;

async function readKept(file: string): Promise<Entry> {
  const { parse } = await import('smol-toml');
  return parse(readIfThere(file));
}

/** What the entries of the file are called in the keyring. */
function keptNames({ profiles = {}, ...top }: Entry): string[] {
  return [top, ...Object.values(profiles as Record<string, Entry>)]
    .filter((entry) => entry['keyring'] === true)
    .map(({ account_sid: account, api_key: key }) =>
      keyringName(String(account), key === undefined ? undefined : String(key)),
    );
}

/** Puts an entry for a profile, or for none, into the file, or takes it out; resolves to what was there. */
async function rewrite(
  file: string,
  profile: string | undefined,
  entry: Entry | undefined,
): Promise<Entry | undefined> {
  const { stringify } = await import('smol-toml');
  const { profiles = {}, ...top } = await readKept(file);
  const others = profiles as Record<string, Entry>;
  const before = profile === undefined ? top : others[profile];
  const named = Object.entries(others).filter(([name]) => name !== profile);
  if (profile !== undefined && entry) named.push([profile, entry]);
  const kept = profile === undefined ? entry : top;
  const after = { ...kept, ...(named.length > 0 && { profiles: Object.fromEntries(named) }) };
  const isThere = before !== undefined && Object.keys(before).length > 0;
  if (entry || isThere) replaceFile(file, stringify(after), true);
  return isThere ? before : undefined;
}
