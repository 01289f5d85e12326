import type { Command } from 'commander';
import { type Config, credentialsFile } from '../../config/config.ts';
import { credentialsOf, keyringName } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import type { Credentials } from '../../core/credentials.ts';
import { sid } from '../../core/sid.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import { readWhole } from '../../input/text.ts';
import type { Account } from '../../provider/provider.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import { option, toggle } from '../options/option.ts';
import { absent } from '../options/read.ts';
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
  act(table, (options, context) =>
    withoutProfile(options.session, context, (session) => login(options, session, context)),
  );
}

/** Asks for credentials, tries them at Twilio and keeps them, as `volley login` does. Throws a `CliError` where they are refused. */
export function logIn(session: SessionOptions, context: Context): Promise<number> {
  const options = { ...absent(table), session };
  return withoutProfile(session, context, (opened) => login(options, opened, context));
}

/** Declares `volley logout`. */
export function declareLogout(command: Command, act: Act): void {
  addIntroduction(command, logoutHelp);
  act({}, (options, context) =>
    withoutProfile(options.session, context, (session) => logout(options.session.profile, session, context)),
  );
}

/** Declares `volley whoami`. */
export function declareWhoami(command: Command, act: Act): void {
  addIntroduction(command, whoamiHelp);
  act({}, (options, context) => withSession(options.session, context, (session) => whoami(session, context)));
}

/** Runs `work` in a session without a profile: login may be about to create it, and logout to remove it. */
function withoutProfile(
  options: SessionOptions,
  context: Context,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  return withSession({ ...options, profile: undefined }, context, work);
}

async function login(options: LoginOptions, session: Session, context: Context): Promise<number> {
  const credentials = await readCredentials(options, session, context);
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
  await replaceEntry(file, options.session.profile, entry);
  if (session.isJson) {
    const kept = { accountSid, name: account.name, keptIn: isInKeyring ? 'keyring' : file };
    await printDocument({ schema: 'volley.login/1', ...kept }, { session, context, hasChanged: true });
  } else if (!session.isQuiet) {
    context.out(`Logged in to ${nameOf(account)}. Kept in ${isInKeyring ? 'the keyring' : clean(file)}.`);
  }
  return 0;
}

/** The credentials from flags and standard input, or asked for. Throws a `CliError` when neither is possible. */
async function readCredentials(
  { accountSid, apiKey, secretStdin }: LoginOptions,
  session: Session,
  context: Context,
): Promise<Credentials> {
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
  return askCredentials({ accountSid, apiKey }, context);
}

async function askCredentials(
  known: { readonly accountSid: string | undefined; readonly apiKey: string | undefined },
  { ask }: Context,
): Promise<Credentials> {
  const { input, password, select } = await import('../ask/prompts.ts');
  const askSid = (message: string, prefix: string) =>
    ask(input, {
      message,
      validate: (text: string) => {
        const parsed = sid(prefix)(text.trim());
        return 'value' in parsed || `It ${parsed.problem}.`;
      },
    });
  const accountSid = known.accountSid ?? (await askSid('Account SID (AC…)', 'AC')).trim();
  const hasKey =
    known.apiKey !== undefined ||
    (await ask(select<boolean>, {
      message: 'With what?',
      choices: [
        { name: 'An API key (better: it can be taken back alone)', value: true },
        { name: 'The auth token', value: false },
      ],
    }));
  const user = hasKey ? (known.apiKey ?? (await askSid('API key (SK…)', 'SK')).trim()) : accountSid;
  const secret = await ask(password, { message: hasKey ? 'Its secret' : 'Auth token', mask: '*' });
  return { accountSid, user, secret: secret.trim() };
}

async function logout(profile: string | undefined, session: Session, context: Context): Promise<number> {
  const file = credentialsFile(session.config.userFile);
  const removed = await replaceEntry(file, profile, undefined);
  if (removed === undefined) throw new CliError('usage', 'Nobody is logged in here.', { hint: 'See: volley whoami' });
  const { account_sid: accountSid, api_key: apiKey } = removed;
  const name = keyringName(String(accountSid), apiKey === undefined ? undefined : String(apiKey));
  // The same secret may serve another profile, too.
  const isShared = keyringNames(await readEntries(file)).includes(name);
  if (removed['keyring'] === true && !isShared && !(await context.keyring.remove(name))) {
    context.err(`The keyring did not give up the secret of ${clean(name)}: take it out there.`);
  }
  if (session.isJson) {
    const document = { schema: 'volley.logout/1', accountSid: String(accountSid) } as const;
    await printDocument(document, { session, context, hasChanged: true });
  } else if (!session.isQuiet) context.out(`Logged out of ${clean(String(accountSid))}.`);
  return 0;
}

async function whoami(session: Session, context: Context): Promise<number> {
  const { config, isSimulated } = session;
  const account = await (await session.connect()).account();
  const kind = isSimulated ? 'simulator' : await kindOf(config, context);
  const origin = isSimulated ? '--simulate' : config.origin('account_sid');
  if (session.isJson) {
    const document = { schema: 'volley.whoami/1', accountSid: account.sid, name: account.name, kind, origin } as const;
    await printDocument(document, { session, context });
  } else context.out(`${nameOf(account)}, with ${kind}, from ${clean(origin)}.`);
  return 0;
}

async function kindOf(config: Config, context: Context): Promise<string> {
  const { accountSid, user } = await credentialsOf(config, context);
  return user === accountSid ? 'auth token' : `API key ${user}`;
}

const nameOf = ({ sid, name }: Account): string => (name === '' ? sid : `${clean(name)} (${sid})`);

/** What `volley login` keeps for one profile, or for none, with the keys of a config file. */
type Entry = Readonly<Record<string, unknown>>;

async function readEntries(file: string): Promise<Entry> {
  const { parse } = await import('smol-toml');
  return parse(readIfThere(file));
}

/** The names in the keyring of all entries of the file. */
function keyringNames({ profiles = {}, ...top }: Entry): string[] {
  return [top, ...Object.values(profiles as Record<string, Entry>)]
    .filter((entry) => entry['keyring'] === true)
    .map(({ account_sid: account, api_key: key }) =>
      keyringName(String(account), key === undefined ? undefined : String(key)),
    );
}

/** Writes the entry of a profile, or of none, into the file, or without an entry removes it. Resolves to the entry before. */
async function replaceEntry(
  file: string,
  profile: string | undefined,
  entry: Entry | undefined,
): Promise<Entry | undefined> {
  const { stringify } = await import('smol-toml');
  const { profiles = {}, ...top } = await readEntries(file);
  const others = profiles as Record<string, Entry>;
  const before = profile === undefined ? top : others[profile];
  const named = Object.entries(others).filter(([name]) => name !== profile);
  if (profile !== undefined && entry) named.push([profile, entry]);
  const withoutProfiles = profile === undefined ? entry : top;
  const after = { ...withoutProfiles, ...(named.length > 0 && { profiles: Object.fromEntries(named) }) };
  const hadEntry = before !== undefined && Object.keys(before).length > 0;
  if (entry || hadEntry) replaceFile(file, stringify(after), true);
  return hadEntry ? before : undefined;
}
